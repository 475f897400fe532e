// SPDX-License-Identifier: Apache-2.0

/** Reading sessions through a cache in memory that the store invalidates. */
@NullMarked
package dev.sessiontracking.core.cache;

import org.jspecify.annotations.NullMarked;
