// SPDX-License-Identifier: Apache-2.0

/** The API for applications: the session service, its records and its exceptions. Depends only on the JDK. */
@NullMarked
package dev.sessiontracking;

import org.jspecify.annotations.NullMarked;
