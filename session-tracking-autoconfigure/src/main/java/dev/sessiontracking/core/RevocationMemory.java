package dev.sessiontracking.core;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The revocations that this node knows of: what is in here is refused, whatever the store or the outage policy says,
 * for as long as a token of it can live. Bounded, and holds nothing but revocations, so that no flood of logins or of
 * made-up ids can push one out. Thread-safe; a look-up takes no lock.
 */
final class RevocationMemory {

    private final Clock clock;

    private final Duration retention;

    private final int maximumRemembered;

    private final Map<String, Instant> sessions = new ConcurrentHashMap<>();

    private final Map<String, UserRevocation> users = new ConcurrentHashMap<>();

    RevocationMemory(Clock clock, Duration retention, int maximumRemembered) {
        this.clock = clock;
        this.retention = retention;
        this.maximumRemembered = maximumRemembered;
    }

    boolean isDenied(TokenSession token) {
        return isDenied(token.sessionId()) || isDeniedByUser(token);
    }

    boolean isDenied(String sessionId) {
        if (sessions.isEmpty()) {
            return false;
        }
        Instant until = sessions.get(sessionId);
        return until != null && clock.instant().isBefore(until);
    }

    private boolean isDeniedByUser(TokenSession token) {
        if (users.isEmpty() || token.userId() == null) {
            return false;
        }
        UserRevocation revocation = users.get(token.userId());
        return revocation != null && revocation.denies(token);
    }

    /**
     * Remembers a session as revoked.
     *
     * @return false when it was remembered already, or when there is no room
     */
    boolean deny(String sessionId) {
        return hasRoom() && sessions.putIfAbsent(sessionId, clock.instant().plus(retention)) == null;
    }

    /** Forgets a session that turned out not to be there to be revoked. */
    void forget(String sessionId) {
        sessions.remove(sessionId);
    }

    /**
     * Refuses every token of a user whose session began until a moment.
     *
     * @return false when there is no room
     */
    boolean deny(Revocation.OfUser revocation) {
        if (!hasRoom()) {
            return false;
        }
        users.merge(revocation.userId(), new UserRevocation(revocation), UserRevocation::latest);
        return true;
    }

    /** Ends a user-wide refusal, once each of the sessions it stood for is known by its id. */
    void forget(Revocation.OfUser revocation) {
        users.computeIfPresent(
                revocation.userId(), (user, known) -> known.revocation.equals(revocation) ? null : known);
    }

    /** Tells of a session that this node created: it began after any revocation of its user. */
    void created(String userId, String sessionId) {
        UserRevocation revocation = users.get(userId);
        if (revocation != null) {
            revocation.later.put(sessionId, Boolean.TRUE);
        }
    }

    int size() {
        return sessions.size() + users.size();
    }

    private boolean hasRoom() {
        if (size() < maximumRemembered) {
            return true;
        }
        Instant now = clock.instant();
        sessions.values().removeIf(until -> !now.isBefore(until));
        return size() < maximumRemembered;
    }

    /** A user-wide refusal, with the sessions that this node saw begin after it. */
    private static final class UserRevocation {

        private final Revocation.OfUser revocation;

        private final Map<String, Boolean> later = new ConcurrentHashMap<>();

        UserRevocation(Revocation.OfUser revocation) {
            this.revocation = revocation;
        }

        boolean denies(TokenSession token) {
            return !token.sessionId().equals(revocation.exceptSessionId())
                    && !later.containsKey(token.sessionId())
                    && !isAfter(token.authenticatedAt());
        }

        private boolean isAfter(@Nullable Instant authenticatedAt) {
            return authenticatedAt != null && authenticatedAt.isAfter(revocation.until());
        }

        /** The later one covers more sessions; only its exception must not undo what the earlier one refused. */
        static UserRevocation latest(UserRevocation known, UserRevocation added) {
            Revocation.OfUser latest = added.revocation;
            String kept = latest.exceptSessionId();
            if (kept != null && known.denies(TokenSession.of(kept))) {
                return new UserRevocation(new Revocation.OfUser(latest.userId(), latest.until(), null));
            }
            return added;
        }
    }
}
