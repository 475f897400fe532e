package dev.sessiontracking.core;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
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

    private final Map<String, Denial> sessions = new ConcurrentHashMap<>();

    /** More than one for a user only when one refuses a session that another one spares. */
    private final Map<String, List<UserRevocation>> users = new ConcurrentHashMap<>();

    private final AtomicInteger userRevocations = new AtomicInteger();

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
        Denial denial = sessions.get(sessionId);
        return denial != null && !denial.isOver(clock.instant());
    }

    private boolean isDeniedByUser(TokenSession token) {
        if (users.isEmpty() || token.userId() == null) {
            return false;
        }
        for (UserRevocation revocation : users.getOrDefault(token.userId(), List.of())) {
            if (revocation.denies(token)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Remembers a session as revoked.
     *
     * @return what {@link #forget(String, Denial)} takes back, or {@code null} when there is no room
     */
    @Nullable
    Denial deny(String sessionId) {
        Instant now = clock.instant();
        boolean hasRoom = hasRoom();
        return sessions.compute(sessionId, (id, known) -> {
            boolean isKnown = known != null && !known.isOver(now);
            return isKnown || hasRoom ? new Denial(now.plus(retention), !isKnown) : null;
        });
    }

    /** Forgets a session that was not there to be revoked, unless somebody else has revoked it, before or since. */
    void forget(String sessionId, Denial denial) {
        if (denial.isFirst) {
            sessions.remove(sessionId, denial);
        }
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
        change(revocation.userId(), known -> {
            List<UserRevocation> all = new ArrayList<>(known);
            all.removeIf(earlier -> !earlier.deniesWhatIsSparedBy(revocation));
            all.add(new UserRevocation(revocation));
            return all;
        });
        return true;
    }

    /** Ends a user-wide refusal, once each of the sessions it stood for is known by its id. */
    void forget(Revocation.OfUser revocation) {
        change(
                revocation.userId(),
                known -> known.stream()
                        .filter(one -> !one.revocation.equals(revocation))
                        .toList());
    }

    private void change(String userId, UnaryOperator<List<UserRevocation>> change) {
        users.compute(userId, (user, known) -> {
            List<UserRevocation> before = known == null ? List.of() : known;
            List<UserRevocation> after = List.copyOf(change.apply(before));
            userRevocations.addAndGet(after.size() - before.size());
            return after.isEmpty() ? null : after;
        });
    }

    /** Tells of a session that this node created: it began after any revocation of its user. */
    void created(String userId, String sessionId) {
        users.getOrDefault(userId, List.of()).forEach(revocation -> revocation.later.put(sessionId, Boolean.TRUE));
    }

    int size() {
        return sessions.size() + userRevocations.get();
    }

    private boolean hasRoom() {
        if (size() < maximumRemembered) {
            return true;
        }
        Instant now = clock.instant();
        sessions.values().removeIf(denial -> denial.isOver(now));
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

        /** Whether this one is still needed beside a later one, which covers all but the session that it spares. */
        boolean deniesWhatIsSparedBy(Revocation.OfUser later) {
            String spared = later.exceptSessionId();
            return spared != null && denies(TokenSession.of(spared));
        }
    }

    /** One revocation of one session: two of them are never the same, even at the same moment. */
    static final class Denial {

        private final Instant until;

        private final boolean isFirst;

        private Denial(Instant until, boolean isFirst) {
            this.until = until;
            this.isFirst = isFirst;
        }

        private boolean isOver(Instant now) {
            return !now.isBefore(until);
        }
    }
}
