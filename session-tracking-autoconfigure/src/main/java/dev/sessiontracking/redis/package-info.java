/** Sessions in Redis: the only place that knows Lettuce, Spring Data Redis, key names and commands. */
@NullMarked
package dev.sessiontracking.redis;

import org.jspecify.annotations.NullMarked;
