// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An issuer whose tokens name sessions.
 *
 * @param alias its name in the properties, or {@code null} for an issuer of {@code session.tracking.jwt.issuers}
 * @param uri the claim {@code iss}, or {@code null} for any issuer
 * @param sessionIdClaims the claims that may contain the session id
 * @param clientIds the clients to which it addresses logout tokens
 * @param refreshable how long it can renew the tokens of a session that begins with its first use; {@code null} if the
 *     application creates the sessions
 * @param prefix whether the alias is a part of the ids, because there are several issuers
 */
record TrustedIssuer(
        @Nullable String alias,
        @Nullable String uri,
        List<String> sessionIdClaims,
        String userIdClaim,
        List<String> clientIds,
        @Nullable Duration refreshable,
        boolean prefix) {

    /** No alias contains it. */
    private static final char SESSION = '~';

    private static final char USER = '|';

    /** The id of the session that this issuer's claim names. */
    String sessionId(String claim) {
        return prefix ? alias + SESSION + claim : claim;
    }

    /** The id of the user that this issuer's claim names. */
    String userId(String claim) {
        return prefix ? alias + USER + claim : claim;
    }

    boolean hasSession(String sessionId) {
        return !prefix || isPrefixOf(sessionId, SESSION);
    }

    boolean hasUser(String userId) {
        return !prefix || isPrefixOf(userId, USER);
    }

    private boolean isPrefixOf(String id, char separator) {
        return alias != null
                && id.startsWith(alias)
                && id.length() > alias.length()
                && id.charAt(alias.length()) == separator;
    }
}
