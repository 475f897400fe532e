// SPDX-License-Identifier: Apache-2.0

/** The engine and its ports: what a session is worth, now and in an outage. Knows no technology. */
@NullMarked
package dev.sessiontracking.core;

import org.jspecify.annotations.NullMarked;
