// SPDX-License-Identifier: Apache-2.0

/** Revocations: the denylist of this node, pending revocations, not-before markers, and recovery after an outage. */
@NullMarked
package dev.sessiontracking.core.revocation;

import org.jspecify.annotations.NullMarked;
