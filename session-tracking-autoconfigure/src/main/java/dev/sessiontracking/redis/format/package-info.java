// SPDX-License-Identifier: Apache-2.0

/** How sessions, indexes and markers are written in Redis: names of keys and formats of values. */
@NullMarked
package dev.sessiontracking.redis.format;

import org.jspecify.annotations.NullMarked;
