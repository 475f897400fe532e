// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreDescription;
import dev.sessiontracking.spi.StoreListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final String OUTAGE = "a test has begun an outage";

    private final Clock clock;

    private final Object lock = new Object();

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    /** Until when a session that was registered, or revoked for good, cannot be registered. */
    private final Map<String, Instant> registrations = new ConcurrentHashMap<>();

    private final Map<String, Marker> markers = new ConcurrentHashMap<>();

    private final List<StoreListener> listeners = new ArrayList<>();

    private boolean unavailable;

    private record Entry(UserSession session, long generation, Instant rotatedAt) {}

    private record Marker(NotBefore value, Instant until) {}

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
        switchTo(true);
    }

    /** Answers again, and notifies the engine: it applies the pending revocations in the background. Idempotent. */
    public void endOutage() {
        switchTo(false);
    }

    private void switchTo(boolean outage) {
        // Listeners are notified strictly in turn. They are not called under the lock of the data.
        synchronized (listeners) {
            synchronized (lock) {
                if (unavailable == outage) {
                    return;
                }
                unavailable = outage;
            }
            listeners.forEach(outage ? listener -> listener.unavailable(OUTAGE) : StoreListener::available);
        }
    }

    /** Removes all sessions, registrations and not-before markers. What the engine remembers is not changed. */
    public void clear() {
        synchronized (lock) {
            entries.clear();
            registrations.clear();
            markers.clear();
        }
    }

    /** The users with a not-before marker. */
    List<String> markedUsers() {
        synchronized (lock) {
            return List.copyOf(markers.keySet());
        }
    }

    @Override
    public void listen(StoreListener listener) {
        synchronized (listeners) {
            listeners.add(listener);
            boolean outage;
            synchronized (lock) {
                outage = unavailable;
            }
            if (outage) {
                listener.unavailable(OUTAGE);
            }
        }
    }

    @Override
    public StoreDescription describe() {
        return DESCRIPTION;
    }

    private <T> CompletionStage<T> answer(Supplier<T> answer) {
        synchronized (lock) {
            return unavailable
                    ? CompletableFuture.failedFuture(new SessionStoreUnavailableException(OUTAGE, null))
                    : CompletableFuture.completedFuture(answer.get());
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private @Nullable Entry live(String sessionId) {
        Entry entry = entries.get(sessionId);
        return entry != null && entry.session().expiresAt().isAfter(now()) ? entry : null;
    }

    private NotBefore marker(String userId) {
        Marker marker = markers.get(userId);
        return marker != null && marker.until().isAfter(now()) ? marker.value() : NotBefore.NONE;
    }

    private boolean wasRegistered(String sessionId) {
        Instant until = registrations.get(sessionId);
        return until != null && until.isAfter(now());
    }

    // create, register

    @Override
    public CompletionStage<Optional<UserSession>> create(UserSession session, Duration ttl) {
        return answer(() -> {
            if (live(session.id()) != null || wasRegistered(session.id())) {
                return Optional.empty();
            }
            // A marker never covers a later login, whatever the clocks say.
            Instant afterMarker = Instant.ofEpochMilli(marker(session.userId()).millis() + 1);
            Instant now = now();
            return Optional.ofNullable(write(session, now.isBefore(afterMarker) ? afterMarker : now, ttl));
        });
    }

    @Override
    public CompletionStage<Registration> register(UserSession session, Duration ttl, Duration tokenLife) {
        return answer(() -> {
            if (live(session.id()) != null) {
                return Registration.EXISTS;
            }
            if (wasRegistered(session.id())) {
                return Registration.REFUSED;
            }
            Instant createdAt = session.createdAt().truncatedTo(ChronoUnit.MILLIS);
            UserSession written =
                    marker(session.userId()).covers(session.id(), createdAt) ? null : write(session, createdAt, ttl);
            registrations.put(session.id(), now().plus(tokenLife));
            return written == null ? Registration.REFUSED : Registration.written(written);
        });
    }

    /** Returns {@code null}, with nothing written, for a session whose absolute lifetime is over. */
    private @Nullable UserSession write(UserSession session, Instant createdAt, Duration ttl) {
        Instant max = session.maxExpiresAt();
        Instant last = max == null ? null : createdAt.plus(Duration.between(session.createdAt(), max));
        UserSession.LastUse login = new UserSession.LastUse(createdAt, session.metadata());
        UserSession written = stamped(session, createdAt, ttl, last, login);
        if (!written.expiresAt().isAfter(now())) {
            return null;
        }
        entries.put(session.id(), new Entry(written, 0, Instant.EPOCH));
        return written;
    }

    private UserSession stamped(
            UserSession session, Instant createdAt, Duration ttl, @Nullable Instant last, UserSession.LastUse lastUse) {
        Instant expiresAt = now().plus(ttl);
        return new UserSession(
                session.id(),
                session.userId(),
                session.metadata(),
                createdAt,
                last == null || expiresAt.isBefore(last) ? expiresAt : last,
                last,
                lastUse,
                true);
    }

    // exists, find

    @Override
    public CompletionStage<Boolean> exists(String sessionId) {
        return answer(() -> live(sessionId) != null);
    }

    @Override
    public CompletionStage<Optional<UserSession>> find(String sessionId) {
        return answer(() -> Optional.ofNullable(live(sessionId)).map(Entry::session));
    }

    @Override
    public CompletionStage<List<UserSession>> findByUser(String userId) {
        return answer(() -> sessionsOf(userId));
    }

    private List<UserSession> sessionsOf(String userId) {
        Instant now = now();
        return entries.values().stream()
                .map(Entry::session)
                .filter(session ->
                        session.userId().equals(userId) && session.expiresAt().isAfter(now))
                .toList();
    }

    // renew, refresh

    @Override
    public CompletionStage<Boolean> renew(String sessionId, Duration ttl) {
        return refresh(sessionId, new Refresh(ttl, null, null, null, Duration.ZERO))
                .thenApply(refreshed -> refreshed.result() == Refreshed.Result.RENEWED);
    }

    @Override
    public CompletionStage<Refreshed> refresh(String sessionId, Refresh refresh) {
        return answer(() -> {
            Entry entry = live(sessionId);
            if (entry == null) {
                return Refreshed.ENDED;
            }
            UserSession session = entry.session();
            Long presented = refresh.generation();
            if (presented != null && presented < entry.generation()) {
                return new Refreshed(repetition(entry, presented, refresh), session, entry.generation());
            }
            if (marker(session.userId()).covers(sessionId, session.createdAt())) {
                entries.remove(sessionId);
                return Refreshed.ENDED;
            }
            Entry renewed = new Entry(
                    renewed(session, refresh),
                    presented == null ? entry.generation() : presented + 1,
                    presented == null ? entry.rotatedAt() : now());
            entries.put(sessionId, renewed);
            return new Refreshed(Refreshed.Result.RENEWED, renewed.session(), renewed.generation());
        });
    }

    private Refreshed.Result repetition(Entry entry, long presented, Refresh refresh) {
        boolean recent = now().isBefore(entry.rotatedAt().plus(refresh.reuseInterval()));
        return recent && presented == entry.generation() - 1 ? Refreshed.Result.REPEATED : Refreshed.Result.REUSED;
    }

    private UserSession renewed(UserSession session, Refresh refresh) {
        Instant last = session.maxExpiresAt();
        if (last == null && refresh.maxLifetime() != null) {
            last = session.createdAt().plus(refresh.maxLifetime());
        }
        SessionMetadata metadata =
                Objects.requireNonNullElse(refresh.metadata(), session.lastUse().metadata());
        return stamped(session, session.createdAt(), refresh.ttl(), last, new UserSession.LastUse(now(), metadata));
    }

    // revoke

    @Override
    public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId) {
        return answer(() -> remove(sessionId));
    }

    @Override
    public CompletionStage<Boolean> revokeForGood(String sessionId, @Nullable String userId, Duration tokenLife) {
        return answer(() -> {
            registrations.put(sessionId, now().plus(tokenLife));
            return remove(sessionId);
        });
    }

    private boolean remove(String sessionId) {
        boolean live = live(sessionId) != null;
        entries.remove(sessionId);
        return live;
    }

    @Override
    public CompletionStage<List<String>> revokeAll(
            String userId, @Nullable Instant until, @Nullable String exceptSessionId, Consumer<String> beforeRemoval) {
        return answer(() -> {
            List<String> ids = sessionsOf(userId).stream()
                    .filter(session -> until == null || !session.createdAt().isAfter(until))
                    .map(UserSession::id)
                    .filter(id -> !id.equals(exceptSessionId))
                    .toList();
            for (String id : ids) {
                beforeRemoval.accept(id);
                entries.remove(id);
            }
            return ids;
        });
    }

    // not-before markers

    @Override
    public CompletionStage<NotBefore> notBefore(String userId) {
        return answer(() -> marker(userId));
    }

    @Override
    public CompletionStage<NotBefore> raiseNotBefore(
            String userId, NotBefore wanted, Duration lifetime, boolean unlessCleared) {
        return answer(() -> {
            NotBefore known = marker(userId);
            long now = now().toEpochMilli();
            long time = wanted.exists() ? Math.min(wanted.millis(), now) : now;
            boolean lowered = wanted.exists() && time < wanted.millis();
            if (unlessCleared && (known.equals(NotBefore.CLEARED) || (known.exists() && lowered))) {
                return known;
            }
            NotBefore raised = raised(known, time, wanted.sparedSessionId());
            markers.put(userId, new Marker(raised, now().plus(lifetime)));
            return raised;
        });
    }

    /** A session is spared from the last revocation only: an earlier one still covers it. */
    private static NotBefore raised(NotBefore known, long time, @Nullable String spared) {
        long before = Math.max(known.millis(), 0);
        boolean sameSession = Objects.equals(spared, known.sparedSessionId());
        if (time >= before) {
            return new NotBefore(time, spared, spared == null ? 0 : sameSession ? known.sparedMillis() : before);
        }
        return sameSession || known.sparedSessionId() == null
                ? known
                : new NotBefore(before, known.sparedSessionId(), Math.max(known.sparedMillis(), time));
    }

    @Override
    public CompletionStage<?> clearNotBefore(String userId, Duration lifetime) {
        return answer(
                () -> Optional.ofNullable(markers.put(userId, new Marker(NotBefore.CLEARED, now().plus(lifetime)))));
    }
}
