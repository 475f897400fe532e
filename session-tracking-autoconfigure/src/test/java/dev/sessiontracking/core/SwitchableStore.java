// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sessions in memory, behind a switch that makes the store as silent as a broken network. */
public class SwitchableStore extends StoreSwitch {

    private final Map<String, UserSession> sessions = new ConcurrentHashMap<>();

    private volatile Runnable beforeRemoval = () -> {};

    private volatile Runnable afterRemoval = () -> {};

    private volatile boolean failsAfterCreation;

    private volatile boolean counts;

    private volatile @Nullable Clock clockOfMarkers;

    private final Map<String, NotBefore> markers = new ConcurrentHashMap<>();

    private final List<Use> firstUses = new CopyOnWriteArrayList<>();

    private volatile Function<Use, CompletionStage<Recorded>> firstUse = use -> answer(() -> Recorded.LIVE);

    private final Map<String, SessionEndReason> reasons = new ConcurrentHashMap<>();

    private final Map<String, Duration> forGood = new ConcurrentHashMap<>();

    /** How sessions were last asked to end. */
    private volatile @Nullable End end;

    /** What the last login, registration and renewal asked for. */
    volatile @Nullable Limit limit;

    volatile @Nullable Duration tokenLife;

    volatile @Nullable Duration renewedTtl;

    /** The sessions that are to give way to the next ones. */
    volatile List<String> evicted = List.of();

    /** Keeps not-before markers and what is revoked for good, as Redis does; without this, as a simple store. */
    public SwitchableStore withMarkers(Clock clock) {
        clockOfMarkers = clock;
        return this;
    }

    /** What somebody writes by hand, or what a failover leaves. */
    public void putMarker(String userId, NotBefore marker) {
        markers.put(userId, marker);
    }

    public NotBefore marker(String userId) {
        return markers.getOrDefault(userId, NotBefore.NONE);
    }

    /** For how long this session must not be registered, if it was revoked for good. */
    @Nullable
    Duration forGood(String sessionId) {
        return forGood.get(sessionId);
    }

    public @Nullable End end() {
        return end;
    }

    public void putEndReason(String sessionId, SessionEndReason reason) {
        reasons.put(sessionId, reason);
    }

    /** Answers the next creation, and nothing after it. */
    void failAfterCreation() {
        failsAfterCreation = true;
    }

    void canCount() {
        counts = true;
    }

    /** Something that happens when a revocation has been asked for, and nothing is removed yet. */
    public void beforeRemoval(Runnable happens) {
        beforeRemoval = happens;
    }

    /** Something that happens once, when a session has been removed and nobody knows it. */
    public void afterRemoval(Runnable happens) {
        afterRemoval = () -> {
            afterRemoval = () -> {};
            happens.run();
        };
    }

    public boolean holds(String sessionId) {
        return sessions.containsKey(sessionId);
    }

    public void put(UserSession session) {
        sessions.put(session.id(), session);
    }

    @Override
    public CompletionStage<Registration> create(UserSession session, Duration ttl, Limit limit) {
        this.limit = limit;
        return answer(() -> {
            boolean created = sessions.putIfAbsent(session.id(), session) == null;
            if (failsAfterCreation) {
                failSilently();
            }
            return created ? Registration.written(session, evicted) : Registration.EXISTS;
        });
    }

    @Override
    public CompletionStage<SessionCutoff.Affected> countUntil(Instant until) {
        return counts
                ? answer(() -> new SessionCutoff.Affected(
                        sessions.values().stream()
                                .filter(session -> !session.createdAt().isAfter(until))
                                .count(),
                        true))
                : super.countUntil(until);
    }

    @Override
    public CompletionStage<Boolean> exists(String sessionId) {
        return answer(() -> sessions.containsKey(sessionId));
    }

    @Override
    public CompletionStage<Optional<UserSession>> find(String sessionId) {
        return answer(() -> Optional.ofNullable(sessions.get(sessionId)));
    }

    @Override
    public CompletionStage<Refreshed> refresh(String sessionId, Refresh refresh) {
        renewedTtl = refresh.ttl();
        long next = refresh.generation() == null ? 0 : refresh.generation() + 1;
        return answer(() -> Optional.ofNullable(sessions.get(sessionId))
                .filter(refresh::isOf)
                .map(session -> new Refreshed(Refreshed.Result.RENEWED, session, next))
                .orElse(Refreshed.ENDED));
    }

    @Override
    public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId, End end) {
        return answer(() -> {
            refuseIfUnanswered(sessionId);
            this.end = end;
            beforeRemoval.run();
            if (!end.tokenLife().isZero()) {
                forGood.put(sessionId, end.tokenLife());
            }
            return removed(sessionId);
        });
    }

    private boolean removed(String sessionId) {
        boolean wasThere = sessions.remove(sessionId) != null;
        afterRemoval.run();
        return wasThere;
    }

    @Override
    public CompletionStage<Long> reapplyRevocations(List<String> sessionIds) {
        return answer(() ->
                sessionIds.stream().filter(id -> sessions.remove(id) != null).count());
    }

    @Override
    public CompletionStage<List<String>> revokeAll(Scope scope, End end, Consumer<String> beforeRemoval) {
        return answer(() -> {
            List<String> wanted = sessions.values().stream()
                    .filter(scope::includes)
                    .map(UserSession::id)
                    .toList();
            wanted.forEach(beforeRemoval);
            this.beforeRemoval.run();
            return wanted.stream().filter(this::removed).toList();
        });
    }

    @Override
    public CompletionStage<List<UserSession>> findByUser(String userId) {
        return answer(() -> sessions.values().stream()
                .filter(session -> session.userId().equals(userId))
                .toList());
    }

    @Override
    public CompletionStage<Registration> register(UserSession session, Duration ttl, Duration tokenLife, Limit limit) {
        this.tokenLife = tokenLife;
        return forGood.containsKey(session.id())
                ? answer(() -> Registration.REFUSED)
                : super.register(session, ttl, tokenLife, limit);
    }

    @Override
    public CompletionStage<Optional<SessionEndReason>> endReason(String sessionId) {
        return answer(() -> Optional.ofNullable(reasons.get(sessionId)));
    }

    @Override
    public CompletionStage<NotBefore> notBefore(String userId) {
        return clockOfMarkers == null ? super.notBefore(userId) : answer(() -> marker(userId));
    }

    /** Never lowers the time, never sets it later than its own. Answers with the time only. */
    @Override
    public CompletionStage<NotBefore> raiseNotBefore(
            String userId, NotBefore wanted, Duration lifetime, boolean unlessCleared) {
        Clock clock = clockOfMarkers;
        if (clock == null) {
            return super.raiseNotBefore(userId, wanted, lifetime, unlessCleared);
        }
        return answer(() -> {
            NotBefore known = marker(userId);
            if (unlessCleared && known.equals(NotBefore.CLEARED)) {
                return known;
            }
            long time = wanted.millis() > 0 ? Math.min(wanted.millis(), clock.millis()) : clock.millis();
            if (time > known.millis()) {
                markers.put(userId, new NotBefore(time, wanted.sparedSessionId(), Math.max(0, known.millis())));
            }
            return new NotBefore(Math.max(time, known.millis()), wanted.sparedSessionId(), 0);
        });
    }

    @Override
    public CompletionStage<?> clearNotBefore(String userId, Duration lifetime) {
        return answer(() -> markers.put(userId, NotBefore.CLEARED) == null);
    }

    /** A first use that was asked for. */
    public record Use(UserSession session, Duration lifetime, FirstUse use) {}

    /** The answers to first uses from now on. */
    public void answerFirstUses(Function<Use, Recorded> answer) {
        firstUse = use -> answer(() -> answer.apply(use));
    }

    public void answerFirstUsesLater(CompletionStage<Recorded> answer) {
        firstUse = use -> answer;
    }

    public List<Use> firstUses() {
        return firstUses;
    }

    @Override
    public CompletionStage<Recorded> recordFirstUse(UserSession session, Duration lifetime, FirstUse use) {
        Use asked = new Use(session, lifetime, use);
        firstUses.add(asked);
        return firstUse.apply(asked);
    }
}
