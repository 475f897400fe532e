// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.SessionService.RevokedSessions;

/**
 * What a request has revoked.
 *
 * @param revoked how many live sessions Redis has confirmed to be revoked
 * @param pending whether Redis did not confirm it: this node enforces it, and how many sessions it ends is not known yet
 */
record Revoked(long revoked, boolean pending) {

    static Revoked of(RevokedSessions sessions) {
        return new Revoked(sessions.count(), sessions.pending());
    }
}
