package dev.sessiontracking.security;

import dev.sessiontracking.core.SessionIds;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Explains, once for each issuer, why all its tokens may be refused: their sessions were never registered. Silent for an
 * issuer of which this node has seen a live session. Thread-safe, bounded.
 */
final class UnregisteredSessionWarning {

    private static final Log LOG = LogFactory.getLog(UnregisteredSessionWarning.class);

    private static final int MOST_ISSUERS = 64;

    private static final int MAX_SHOWN = 200;

    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7e]");

    /** As tokens name them: every request of a live session looks here, and must not pay for a printable name. */
    private final Set<String> seenLive = ConcurrentHashMap.newKeySet();

    private final Set<String> proven = ConcurrentHashMap.newKeySet();

    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    void sawLive(@Nullable String issuer) {
        String key = issuer == null ? "" : issuer;
        if (seenLive.contains(key)) {
            return;
        }
        if (key.length() <= MAX_SHOWN && seenLive.size() < MOST_ISSUERS) {
            seenLive.add(key);
        }
        if (proven.size() < MOST_ISSUERS) {
            proven.add(printable(issuer));
        }
    }

    void sawEnded(@Nullable String issuer, String sessionId) {
        String name = printable(issuer);
        if (proven.contains(name) || warned.size() >= MOST_ISSUERS || !warned.add(name)) {
            return;
        }
        LOG.warn("A token of the issuer " + name + " was refused: its session " + SessionIds.hash(sessionId)
                + " is not in the store, and this node has not seen a live session of that issuer yet. If all its"
                + " tokens are refused: register each session with SessionService.createSession at login and put"
                + " UserSession.claims() into its tokens; or, if that issuer's tokens carry a session id of their own"
                + " (Keycloak's do), list only the issuers whose session ids are yours in"
                + " session.tracking.jwt.issuers. This is logged once for each issuer.");
    }

    /** An issuer is outside data: no line breaks into the log, and no megabytes into memory. */
    private static String printable(@Nullable String issuer) {
        if (issuer == null) {
            return "(none)";
        }
        String cut = issuer.length() > MAX_SHOWN ? issuer.substring(0, MAX_SHOWN) + "..." : issuer;
        return "'" + UNPRINTABLE.matcher(cut).replaceAll("") + "'";
    }
}
