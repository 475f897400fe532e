// SPDX-License-Identifier: Apache-2.0

/** Types that an application can implement: a session store, listeners, observers. They depend on no technology. */
@NullMarked
package dev.sessiontracking.spi;

import org.jspecify.annotations.NullMarked;
