// SPDX-License-Identifier: Apache-2.0

/** Sessions in Redis. Only this package and its subpackages use Lettuce, Spring Data Redis, key names and commands. */
@NullMarked
package dev.sessiontracking.redis;

import org.jspecify.annotations.NullMarked;
