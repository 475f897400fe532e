// SPDX-License-Identifier: Apache-2.0

/** The near caches, their invalidation by the masters, and the lease of cached answers. */
@NullMarked
package dev.sessiontracking.redis.nearcache;

import org.jspecify.annotations.NullMarked;
