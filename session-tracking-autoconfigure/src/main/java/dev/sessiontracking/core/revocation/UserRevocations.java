// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.SessionEndReason;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * User-wide refusals, which a node decides on without knowing the user's sessions. Never by a token's {@code iat}: a
 * refresh renews it. Thread-safe; a look-up takes no lock.
 */
public final class UserRevocations {

    /** A user with more logins after a revocation than this needs a verified check, so an outage rejects some of them. */
    private static final int MOST_LATER = 1_000;

    /** More than one for a user only when one refuses a session that another one spares. */
    private final Map<String, List<Entry>> users = new ConcurrentHashMap<>();

    /** The oldest first. */
    private final Set<Entry> applied = Collections.synchronizedSet(new LinkedHashSet<>());

    private final AtomicInteger size = new AtomicInteger();

    private final Clock clock;

    UserRevocations(Clock clock) {
        this.clock = clock;
    }

    private List<Entry> of(@Nullable String userId) {
        return userId == null || users.isEmpty() ? List.of() : users.getOrDefault(userId, List.of());
    }

    boolean denies(String sessionId, @Nullable String userId, @Nullable Instant authenticatedAt) {
        return anyCovers(sessionId, userId, authenticatedAt, false);
    }

    /**
     * Whether a token is rejected unless the store holds its session: all sessions of its user were revoked, and this node
     * does not know which those were.
     */
    public boolean deniesUnlessVerified(String sessionId, @Nullable String userId, @Nullable Instant authenticatedAt) {
        return anyCovers(sessionId, userId, authenticatedAt, true);
    }

    private boolean anyCovers(
            String sessionId, @Nullable String userId, @Nullable Instant authenticatedAt, boolean orIsApplied) {
        for (Entry entry : of(userId)) {
            if ((orIsApplied || !entry.applied)
                    && entry.covers(sessionId, authenticatedAt)
                    && !entry.isOver(clock.instant())) {
                return true;
            }
        }
        return false;
    }

    /** Why the sessions of the user end that this session is one of. */
    @Nullable
    SessionEndReason reason(String sessionId, @Nullable String userId, @Nullable Instant authenticatedAt) {
        return of(userId).stream()
                .filter(entry -> entry.covers(sessionId, authenticatedAt) && !entry.isOver(clock.instant()))
                // An announcement does not say why. The store does.
                .filter(entry -> !entry.announced)
                .map(entry -> entry.revocation.reason())
                .findFirst()
                .orElse(null);
    }

    /** Whether a token of this user that names no session is rejected. */
    public boolean deniesWithoutSession(String userId, @Nullable Instant authenticatedAt) {
        return of(userId).stream()
                .anyMatch(entry -> !entry.isBefore(authenticatedAt) && !entry.isOver(clock.instant()));
    }

    void add(Revocation.OfUser revocation, Instant until) {
        change(revocation.userId(), known -> {
            List<Entry> all = new ArrayList<>(known);
            all.removeIf(earlier -> !earlier.deniesWhatIsSparedBy(revocation));
            all.add(new Entry(revocation, until, false));
            return all;
        });
    }

    /** A refusal that the store has applied already. It does not replace a later one, or one that is pending. */
    void addApplied(Revocation.OfUser revocation, Instant until) {
        Entry added = new Entry(revocation, until, true);
        change(revocation.userId(), known -> {
            List<Entry> all = new ArrayList<>(known);
            // One that is announced again keeps what this node knows of later sessions.
            all.removeIf(
                    earlier -> earlier.applied && earlier.revocation.until().isBefore(revocation.until()));
            if (all.stream().noneMatch(entry -> entry.applied)) {
                all.add(added);
            }
            return all;
        });
        if (of(revocation.userId()).contains(added)) {
            applied.add(added);
        }
    }

    void applied(Revocation.OfUser revocation) {
        for (Entry entry : of(revocation.userId())) {
            if (entry.revocation.equals(revocation)) {
                entry.applied = true;
                applied.add(entry);
            }
        }
    }

    /** Drops what the store was told of: it was cleared there. */
    void cleared(String userId) {
        change(userId, known -> known.stream().filter(entry -> !entry.applied).toList());
    }

    /** This node began a session of the user: later than the refusals that were made before. */
    public void created(String userId, String sessionId, Instant began) {
        for (Entry entry : of(userId)) {
            if (!began.isBefore(entry.revocation.until())) {
                entry.addLater(sessionId);
            }
        }
    }

    /**
     * The store holds a session of the user: it began after the revocations that the store has applied. This says nothing
     * about revocations that the store has not received yet.
     */
    public void verified(@Nullable String userId, String sessionId) {
        for (Entry entry : of(userId)) {
            if (entry.applied) {
                entry.addLater(sessionId);
            }
        }
    }

    /** Removes the oldest refusal that the store has confirmed; false if there is none. */
    boolean removeOldestApplied() {
        Entry oldest;
        synchronized (applied) {
            oldest = applied.stream().findFirst().orElse(null);
        }
        if (oldest == null) {
            return false;
        }
        change(
                oldest.revocation.userId(),
                known -> known.stream().filter(entry -> entry != oldest).toList());
        return true;
    }

    int size() {
        return size.get();
    }

    private void change(String userId, UnaryOperator<List<Entry>> change) {
        users.compute(userId, (user, known) -> {
            List<Entry> before = known == null ? List.of() : known;
            List<Entry> after = List.copyOf(change.apply(before));
            size.addAndGet(after.size() - before.size());
            before.stream().filter(entry -> !after.contains(entry)).forEach(applied::remove);
            return after.isEmpty() ? null : after;
        });
    }

    /** A user-wide refusal, with the sessions that this node saw begin after it. */
    private static final class Entry {

        private final Revocation.OfUser revocation;

        private final Instant until;

        private final Map<String, Boolean> later = new ConcurrentHashMap<>();

        /** Made by another node, which has announced the sessions of the last second by their ids. */
        private final boolean announced;

        private volatile boolean applied;

        Entry(Revocation.OfUser revocation, Instant until, boolean announced) {
            this.revocation = revocation;
            this.until = until;
            this.announced = announced;
            this.applied = announced;
        }

        boolean covers(String sessionId, @Nullable Instant authenticatedAt) {
            return !sessionId.equals(revocation.exceptSessionId())
                    && !later.containsKey(sessionId)
                    && (announced ? isCertainlyAfter(authenticatedAt) : !isBefore(authenticatedAt));
        }

        /** A token says in whole seconds when its user gave credentials. */
        private boolean isCertainlyAfter(@Nullable Instant authenticatedAt) {
            return authenticatedAt != null
                    && authenticatedAt.isBefore(revocation.until().minusSeconds(1));
        }

        void addLater(String sessionId) {
            if (later.size() < MOST_LATER) {
                later.put(sessionId, Boolean.TRUE);
            }
        }

        /** Whether this refusal was made before the user gave credentials. */
        boolean isBefore(@Nullable Instant authenticatedAt) {
            return authenticatedAt != null && authenticatedAt.isAfter(revocation.until());
        }

        boolean isOver(Instant now) {
            return !now.isBefore(until);
        }

        /** Whether this one is still needed beside a later one, which covers all but the session that it spares. */
        boolean deniesWhatIsSparedBy(Revocation.OfUser later) {
            String spared = later.exceptSessionId();
            return spared != null && !applied && covers(spared, null);
        }
    }
}
