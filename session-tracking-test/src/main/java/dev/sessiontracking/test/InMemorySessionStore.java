// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.FirstUse;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Recorded;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionChange.Scope;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions in the memory of this process, for tests. It behaves as the Redis store does, not-before markers and the
 * rotation of refresh tokens included. {@link #beginOutage()} makes it stop answering.
 *
 * <p>Nothing is removed before a test asks for it, so it is not for production. Thread-safe.
 */
public final class InMemorySessionStore implements SessionStore {

    private static final StoreDescription DESCRIPTION = new StoreDescription(
            "The in-memory session store",
            "this process",
            Map.of("topology", "in memory", "version", "for tests only"),
            null,
            List.of());

    private final Clock clock;

    private final OutageSwitch outage = new OutageSwitch();

    private final InMemorySessions sessions = new InMemorySessions();

    private final InMemoryStates states = new InMemoryStates();

    private final InMemoryMarkers markers = new InMemoryMarkers();

    /** An empty store with the clock of the system. */
    public InMemorySessionStore() {
        this(Clock.systemUTC());
    }

    /**
     * An empty store.
     *
     * @param clock decides when sessions begin and expire, as the clock of a Redis server does
     */
    public InMemorySessionStore(Clock clock) {
        this.clock = clock;
    }

    /** Stops answering, as Redis does during an outage, and notifies the engine. Nothing is lost. Idempotent. */
    public void beginOutage() {
        outage.turn(true);
    }

    /** Answers again, and notifies the engine: it applies the pending revocations in the background. Idempotent. */
    public void endOutage() {
        outage.turn(false);
    }

    /** Removes all sessions, registrations and not-before markers. What the engine remembers is not changed. */
    public void clear() {
        outage.underLock(() -> {
            sessions.clear();
            states.clear();
            markers.clear();
            return true;
        });
    }

    /** The users with a not-before marker. */
    List<String> markedUsers() {
        return outage.underLock(markers::users);
    }

    @Override
    public void listen(StoreListener listener) {
        outage.listen(listener);
    }

    @Override
    public StoreDescription describe() {
        return DESCRIPTION;
    }

    private <T> CompletionStage<T> answer(Supplier<T> answer) {
        return outage.answer(answer);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    // create, register

    @Override
    public CompletionStage<Registration> create(UserSession session, Duration ttl, Limit limit) {
        return answer(() -> {
            if (sessions.live(session.id(), now()) != null || states.holds(session.id(), now())) {
                return Registration.EXISTS;
            }
            // A marker never covers a later login, whatever the clocks say.
            Instant afterMarker =
                    Instant.ofEpochMilli(markers.of(session.userId(), now()).millis() + 1);
            Instant now = now();
            UserSession written = sessions.begin(session, now.isBefore(afterMarker) ? afterMarker : now, ttl, now);
            return written == null ? Registration.EXISTS : Registration.written(written);
        });
    }

    @Override
    public CompletionStage<Registration> register(UserSession session, Duration ttl, Duration tokenLife, Limit limit) {
        return answer(() -> {
            if (sessions.live(session.id(), now()) != null) {
                return Registration.EXISTS;
            }
            if (states.holds(session.id(), now())) {
                return Registration.REFUSED;
            }
            Instant createdAt = session.createdAt().truncatedTo(ChronoUnit.MILLIS);
            UserSession written = markers.of(session.userId(), now()).covers(session.id(), createdAt)
                    ? null
                    : sessions.begin(session, createdAt, ttl, now());
            states.registered(session.id(), now().plus(tokenLife));
            return written == null ? Registration.REFUSED : Registration.written(written);
        });
    }

    // first use

    @Override
    public boolean recordsFirstUse() {
        return true;
    }

    @Override
    public CompletionStage<Recorded> recordFirstUse(UserSession session, Duration lifetime, FirstUse use) {
        return answer(() -> {
            Instant time = use.authenticatedAt();
            Recorded known = states.use(session.id(), sessions.live(session.id(), now()) != null, time, now());
            if (known != null) {
                return known;
            }
            NotBefore marker = markers.of(session.userId(), now());
            if (time == null ? marker.exists() : marker.covers(session.id(), time)) {
                return Recorded.ended(Instant.EPOCH);
            }
            Instant now = now();
            UserSession written =
                    Objects.requireNonNull(sessions.begin(session, time == null ? now : time, lifetime, now));
            states.used(session.id(), now.plus(lifetime), time, now);
            return new Recorded(written, true, Instant.EPOCH, List.of());
        });
    }

    @Override
    public CompletionStage<Long> reapplyRevocations(Map<String, Instant> revoked, Duration tokenLife) {
        return answer(() -> revoked.entrySet().stream()
                .filter(session -> {
                    boolean wasLive = sessions.live(session.getKey(), now()) != null;
                    End end = new End(SessionEndReason.REVOKED, tokenLife, tokenLife, true, session.getValue());
                    return remove(session.getKey(), end) && wasLive;
                })
                .count());
    }

    // exists, find

    @Override
    public CompletionStage<Boolean> exists(String sessionId) {
        return answer(() -> sessions.live(sessionId, now()) != null);
    }

    @Override
    public CompletionStage<Optional<UserSession>> find(String sessionId) {
        return answer(() -> Optional.ofNullable(sessions.live(sessionId, now())).map(InMemorySession::session));
    }

    @Override
    public CompletionStage<List<UserSession>> findByUser(String userId) {
        return answer(() -> sessions.ofUser(userId, now()));
    }

    @Override
    public CompletionStage<SessionCutoff.Affected> countUntil(Instant until) {
        return answer(() -> new SessionCutoff.Affected(sessions.countUntil(until, now()), true));
    }

    // renew, refresh

    @Override
    public CompletionStage<Refreshed> refresh(String sessionId, Refresh refresh) {
        return answer(() -> {
            InMemorySession live = sessions.live(sessionId, now());
            if (live == null || !refresh.isOf(live.session())) {
                return Refreshed.ENDED;
            }
            Refreshed.Result reuse = live.reuse(refresh, now());
            if (reuse != null) {
                return new Refreshed(reuse, live.session(), live.generation());
            }
            UserSession session = live.session();
            if (markers.of(session.userId(), now()).covers(sessionId, session.createdAt())) {
                sessions.remove(sessionId);
                return Refreshed.ENDED;
            }
            InMemorySession renewed = live.renewed(refresh, now());
            sessions.put(renewed);
            return new Refreshed(Refreshed.Result.RENEWED, renewed.session(), renewed.generation());
        });
    }

    // revoke

    @Override
    public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId, End end) {
        return answer(() -> remove(sessionId, end));
    }

    @Override
    public CompletionStage<Optional<SessionEndReason>> endReason(String sessionId) {
        return answer(() -> Optional.ofNullable(states.endReason(sessionId, now())));
    }

    private boolean remove(String sessionId, End end) {
        if (states.hasBegunAgain(sessionId, end.until(), now())) {
            return false;
        }
        boolean wasLive = sessions.live(sessionId, now()) != null;
        boolean isNew = end.ofProvider() && !states.holds(sessionId, now());
        sessions.remove(sessionId);
        states.ended(sessionId, wasLive, end, now());
        return wasLive || isNew;
    }

    @Override
    public CompletionStage<List<String>> revokeAll(Scope scope, End end, Consumer<String> beforeRemoval) {
        return answer(() -> {
            List<String> ids = sessions.ofUser(scope.userId(), now()).stream()
                    .filter(scope::includes)
                    .map(UserSession::id)
                    .toList();
            for (String id : ids) {
                beforeRemoval.accept(id);
                remove(id, end);
            }
            return ids;
        });
    }

    // not-before markers

    @Override
    public CompletionStage<NotBefore> notBefore(String userId) {
        return answer(() -> markers.of(userId, now()));
    }

    @Override
    public CompletionStage<NotBefore> raiseNotBefore(
            String userId, NotBefore wanted, Duration lifetime, boolean unlessCleared) {
        return answer(() -> markers.raise(userId, wanted, now().plus(lifetime), unlessCleared, now()));
    }

    @Override
    public CompletionStage<?> clearNotBefore(String userId, Duration lifetime) {
        return answer(() -> markers.clear(userId, now().plus(lifetime)));
    }
}
