package dev.sessiontracking.core;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The revocations that this node knows of: what is in here is refused, whatever the store or the outage policy says,
 * for as long as a token of it can live. Bounded, and holds nothing but revocations, so that no flood of logins or of
 * made-up ids can push one out. Thread-safe; a look-up takes no lock.
 */
final class RevocationMemory {

    private static final Duration LOOK_THROUGH_PAUSE = Duration.ofSeconds(1);

    private final AtomicReference<Instant> lookedThrough = new AtomicReference<>(Instant.EPOCH);

    private final Clock clock;

    private final Duration retention;

    private final int maximumRemembered;

    private final Map<String, Denial> sessions = new ConcurrentHashMap<>();

    private final UserRevocations users = new UserRevocations();

    RevocationMemory(Clock clock, Duration retention, int maximumRemembered) {
        this.clock = clock;
        this.retention = retention;
        this.maximumRemembered = maximumRemembered;
    }

    boolean isDenied(TokenSession token) {
        return isDenied(token.sessionId()) || users.denies(token, clock);
    }

    /**
     * Whether a token is refused unless the store says that its session lives: all that its user had begun was revoked,
     * and which sessions those were is not known of each.
     */
    boolean isDeniedUnlessProven(TokenSession token) {
        return users.deniesUnlessProven(token, clock);
    }

    /** The store says that this session lives: it began after what was revoked of its user. */
    void proven(TokenSession token) {
        if (token.userId() != null) {
            users.proven(token.userId(), token.sessionId());
        }
    }

    boolean isDenied(String sessionId) {
        if (sessions.isEmpty()) {
            return false;
        }
        Denial denial = sessions.get(sessionId);
        return denial != null && !denial.isOver(clock.instant());
    }

    /** Whether a token of this user that names no session is refused. */
    boolean isDeniedWithoutSession(@Nullable String userId, @Nullable Instant authenticatedAt) {
        return users.deniesWithoutSession(userId, authenticatedAt, clock);
    }

    /**
     * Remembers a session as revoked.
     *
     * @return what {@link #forget(String, Denial)} takes back, or {@code null} when there is no room
     */
    @Nullable
    Denial deny(String sessionId) {
        return deny(sessionId, hasRoom(maximumRemembered));
    }

    /** Remembers a session that was revoked elsewhere; leaves half of the room for what this node revokes itself. */
    void denyByEvidence(String sessionId) {
        deny(sessionId, hasRoom(maximumRemembered / 2));
    }

    private @Nullable Denial deny(String sessionId, boolean hasRoom) {
        Instant now = clock.instant();
        return sessions.compute(sessionId, (id, known) -> {
            if (known != null && !known.isOver(now)) {
                return known.again(now.plus(retention));
            }
            return hasRoom ? new Denial(now.plus(retention)) : null;
        });
    }

    /**
     * Takes back one call of {@link #deny(String)}: there was no such session to be revoked. It is forgotten when every
     * such call was taken back, and not while somebody else has revoked it, before or since.
     */
    void forget(String sessionId, Denial denial) {
        sessions.computeIfPresent(sessionId, (id, known) -> known == denial && known.isTakenBack() ? null : known);
    }

    /**
     * Refuses every token of a user whose session began until a moment.
     *
     * @return false when there is no room
     */
    boolean deny(Revocation.OfUser revocation) {
        if (!hasRoom(maximumRemembered)) {
            return false;
        }
        users.add(revocation, clock.instant().plus(retention));
        return true;
    }

    /** Puts a user-wide refusal in the place of refusals of single sessions, so that at no moment neither holds. */
    void collapse(Revocation.OfUser revocation, List<String> sessionIds) {
        users.add(revocation, clock.instant().plus(retention));
        sessionIds.forEach(sessions::remove);
    }

    /**
     * Each of the sessions that a user-wide refusal stood for is known by its id now. What remains refused are tokens
     * that name no session: no id stands for them.
     */
    void applied(Revocation.OfUser revocation) {
        users.applied(revocation);
    }

    /** Tells of a session that this node created, and when it began to. */
    void created(String userId, String sessionId, Instant began) {
        users.created(userId, sessionId, began);
    }

    /** The ids of all sessions that are refused. */
    List<String> deniedSessions() {
        Instant now = clock.instant();
        return sessions.entrySet().stream()
                .filter(session -> !session.getValue().isOver(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    int size() {
        return sessions.size() + users.size();
    }

    /** A full memory is looked through once a second at most: a mass revocation must not make its every step slow. */
    private boolean hasRoom(int limit) {
        if (size() < limit) {
            return true;
        }
        Instant now = clock.instant();
        Instant last = lookedThrough.get();
        if (Duration.between(last, now).abs().compareTo(LOOK_THROUGH_PAUSE) < 0
                || !lookedThrough.compareAndSet(last, now)) {
            return false;
        }
        sessions.values().removeIf(denial -> denial.isOver(now));
        users.removeOver(now);
        return size() < limit;
    }

    /** That one session is refused, and how many say so. Changed only while the map holds its entry. */
    static final class Denial {

        private volatile Instant until;

        private int claims = 1;

        private Denial(Instant until) {
            this.until = until;
        }

        private Denial again(Instant longer) {
            until = longer;
            claims++;
            return this;
        }

        private boolean isTakenBack() {
            claims--;
            return claims == 0;
        }

        private boolean isOver(Instant now) {
            return !now.isBefore(until);
        }
    }
}
