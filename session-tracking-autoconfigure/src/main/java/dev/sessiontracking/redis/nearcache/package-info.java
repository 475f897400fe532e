/** The near caches: what each master invalidates, and how long a cached answer may be trusted. */
@NullMarked
package dev.sessiontracking.redis.nearcache;

import org.jspecify.annotations.NullMarked;
