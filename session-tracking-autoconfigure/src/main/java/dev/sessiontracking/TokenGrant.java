// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;
import java.util.Map;

/**
 * The claims of the tokens that an application issues after a login or a refresh. The application adds the issuer, the
 * audience, the access token's expiry, and what else its APIs need.
 *
 * @param session the session. During an outage it may be untracked
 * @param accessClaims all of these go into the access token
 * @param refreshClaims all of these go into the refresh token
 * @param refreshExpiresAt the expiry of the refresh token
 */
public record TokenGrant(
        UserSession session,
        Map<String, Object> accessClaims,
        Map<String, Object> refreshClaims,
        Instant refreshExpiresAt) {

    public TokenGrant {
        accessClaims = Map.copyOf(accessClaims);
        refreshClaims = Map.copyOf(refreshClaims);
    }

    /** Without the claims: they name the session. */
    @Override
    public String toString() {
        return "TokenGrant[session=" + session + ", refreshExpiresAt=" + refreshExpiresAt + "]";
    }
}
