// SPDX-License-Identifier: Apache-2.0

/** For tests of applications with session tracking: sessions without Redis, tokens of sessions, and the store contract. */
@NullMarked
package dev.sessiontracking.test;

import org.jspecify.annotations.NullMarked;
