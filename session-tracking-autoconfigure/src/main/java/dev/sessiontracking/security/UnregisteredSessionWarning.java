// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.spi.SessionIds;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Logs once for each issuer why all its tokens may be rejected: their sessions were never registered. Logs nothing for
 * an issuer of which this node has seen a live session. Thread-safe, bounded.
 */
final class UnregisteredSessionWarning {

    private static final Log LOG = LogFactory.getLog(UnregisteredSessionWarning.class);

    private static final int MOST_ISSUERS = 64;

    private static final int MAX_SHOWN = 200;

    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7e]");

    private final Set<String> live = ConcurrentHashMap.newKeySet();

    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    private volatile @Nullable String lastLive;

    /** Called by every check of a live session. Most follow one of the same issuer. */
    void sawLive(@Nullable String issuer) {
        if (issuer == null || !issuer.equals(lastLive)) {
            isNew(issuer, live);
            lastLive = issuer;
        }
    }

    void sawEnded(@Nullable String issuer, String sessionId) {
        if (live.contains(key(issuer)) || !isNew(issuer, warned)) {
            return;
        }
        LOG.warn("A token of the issuer " + printable(issuer) + " was rejected with 401: its session "
                + SessionIds.hash(sessionId)
                + " is not in the store, and this node has not seen a live session of this issuer yet. Every"
                + " token of this issuer whose session is not in the store is rejected. If these sessions"
                + " are yours, register each one with SessionService.createSession at login and put"
                + " UserSession.claims() into its tokens. If an identity provider puts its own session id"
                + " into its tokens (Keycloak does), list only your own issuers in"
                + " session.tracking.jwt.issuers. To list and revoke the provider's sessions, see docs/identity-providers.md. Do"
                + " not call createSession when a node first sees such a token: a second node would resurrect a revoked"
                + " session. This is logged once for each issuer.");
    }

    /** Adds an issuer to a set, unless the set is full. */
    static boolean isNew(@Nullable String issuer, Set<String> known) {
        String key = key(issuer);
        return !known.contains(key) && known.size() < MOST_ISSUERS && known.add(key);
    }

    private static String key(@Nullable String issuer) {
        if (issuer == null) {
            return "";
        }
        return issuer.length() > MAX_SHOWN ? issuer.substring(0, MAX_SHOWN) + "..." : issuer;
    }

    /** An issuer is untrusted input. This prevents line breaks in the log and long texts in memory. */
    static String printable(@Nullable String issuer) {
        return issuer == null
                ? "(none)"
                : "'" + UNPRINTABLE.matcher(key(issuer)).replaceAll("") + "'";
    }
}
