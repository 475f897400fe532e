// SPDX-License-Identifier: Apache-2.0

/** What the filter chains of both web stacks share: finds and checks the sessions of a request's authentication. */
@NullMarked
package dev.sessiontracking.security.chain;

import org.jspecify.annotations.NullMarked;
