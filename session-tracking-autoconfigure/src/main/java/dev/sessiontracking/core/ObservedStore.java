// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.CachingReader;
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
import dev.sessiontracking.spi.SessionStore.StoreDescription;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.spi.SessionStore.StoreObserver.Operation;
import dev.sessiontracking.spi.SessionStore.StoreRefusedException;
import dev.sessiontracking.spi.StoreListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The store as the engine asks it: reads fill the near cache, and concurrent ones share one command. Measures the requests,
 * and remembers what the store refuses until it succeeds. Thread-safe.
 */
final class ObservedStore implements SessionStore {

    private static final String FIRST_USE = "sessions of identity providers are not recorded: ";

    private final SessionStore store;

    private final CachingReader reader;

    private final StoreObserver observer;

    private final Providers providers;

    private final CoalescedReads<Boolean> checks;

    private final CoalescedReads<NotBefore> markers;

    private final CoalescedReads<Optional<SessionEndReason>> reasons;

    private final Map<StoreObserver.Operation, String> refusals = new ConcurrentHashMap<>();

    ObservedStore(SessionStore store, CachingReader reader, StoreObserver observer, Providers providers, Clock clock) {
        this.providers = providers;
        this.store = store;
        this.reader = reader;
        this.observer = observer;
        this.checks = new CoalescedReads<>(System::nanoTime, clock);
        this.markers = new CoalescedReads<>(System::nanoTime, clock);
        this.reasons = new CoalescedReads<>(System::nanoTime, clock);
    }

    /** Makes a request and watches it. */
    <T> CompletionStage<T> watch(Operation operation, Supplier<CompletionStage<T>> request) {
        long began = System.nanoTime();
        CompletionStage<T> answer = request.get();
        // Beside the answer, not in its way: what goes wrong in an observer stays there.
        answer.whenComplete((value, failure) -> {
            remember(operation, failure);
            observer.ended(operation, failure == null, System.nanoTime() - began);
        });
        return answer;
    }

    private void remember(Operation operation, @Nullable Throwable failure) {
        if (failure == null) {
            if (!refusals.isEmpty()) {
                refusals.remove(operation);
            }
        } else if ((failure instanceof CompletionException ? failure.getCause() : failure)
                instanceof StoreRefusedException refused) {
            refusals.put(operation, String.valueOf(refused.getMessage()));
        }
    }

    /** What the store last refused to do and has not done since, in words; {@code null} when there is nothing. */
    private @Nullable String refused() {
        return refusals.values().stream().findFirst().orElse(null);
    }

    @Override
    public CompletionStage<Registration> create(UserSession session, Duration ttl, Limit limit) {
        return watch(Operation.CREATE, () -> store.create(session, ttl, limit));
    }

    @Override
    public boolean limitsSessions() {
        return store.limitsSessions();
    }

    @Override
    public CompletionStage<Registration> register(UserSession session, Duration ttl, Duration tokenLife, Limit limit) {
        return watch(Operation.CREATE, () -> store.register(session, ttl, tokenLife, limit));
    }

    @Override
    public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId, End end) {
        End ended = end(end, providers.refreshableSession(sessionId));
        return watch(Operation.REVOKE, () -> store.revoke(sessionId, userId, ended));
    }

    /** The provider of a revoked session can issue further tokens of it. */
    private static End end(End end, Duration refreshable) {
        return refreshable.isZero()
                ? end
                : new End(
                        end.reason(),
                        end.kept(),
                        end.tokenLife().compareTo(refreshable) > 0 ? end.tokenLife() : refreshable,
                        true,
                        end.until());
    }

    @Override
    public boolean recordsFirstUse() {
        return store.recordsFirstUse();
    }

    @Override
    public @Nullable String firstUseProblem() {
        return providers.exist() ? store.firstUseProblem() : null;
    }

    @Override
    public CompletionStage<Recorded> recordFirstUse(UserSession session, Duration lifetime, FirstUse use) {
        String problem = firstUseProblem();
        return problem == null
                ? watch(Operation.CREATE, () -> store.recordFirstUse(session, lifetime, use))
                : CompletableFuture.failedFuture(new StoreRefusedException(FIRST_USE + problem, null));
    }

    @SuppressWarnings("NullableOptional")
    @Override
    public CompletionStage<Optional<SessionEndReason>> endReason(String sessionId) {
        Optional<SessionEndReason> cached = reader.lookupEndReason(sessionId);
        return cached != null
                ? CompletableFuture.completedFuture(cached)
                : reasons.read(sessionId, () -> readReason(sessionId));
    }

    private CompletionStage<Optional<SessionEndReason>> readReason(String sessionId) {
        return watch(Operation.CHECK, () -> store.endReason(sessionId)).thenApply(found -> {
            reader.keepEndReason(sessionId, found);
            return found;
        });
    }

    @Override
    public CompletionStage<NotBefore> notBefore(String userId) {
        return watch(Operation.CHECK, () -> store.notBefore(userId));
    }

    /** As {@link #notBefore}, also from the near cache. */
    CompletionStage<NotBefore> cachedNotBefore(String userId) {
        NotBefore cached = reader.lookupNotBefore(userId);
        return cached != null
                ? CompletableFuture.completedFuture(cached)
                : markers.read(userId, () -> readMarker(userId));
    }

    private CompletionStage<NotBefore> readMarker(String userId) {
        CompletionStage<@Nullable NotBefore> answer = reader.readNotBefore(userId);
        return answer == null
                ? notBefore(userId)
                : answer.thenCompose(
                        marker -> marker == null ? notBefore(userId) : CompletableFuture.completedFuture(marker));
    }

    @Override
    public CompletionStage<NotBefore> raiseNotBefore(
            String userId, NotBefore marker, Duration lifetime, boolean unlessCleared) {
        return watch(Operation.REVOKE_ALL, () -> store.raiseNotBefore(userId, marker, lifetime, unlessCleared))
                .thenApply(raised -> withoutCached(userId, raised));
    }

    @Override
    public CompletionStage<?> clearNotBefore(String userId, Duration lifetime) {
        return store.clearNotBefore(userId, lifetime).thenApply(done -> withoutCached(userId, done));
    }

    /** The invalidation comes too, but later than the answer to the command. */
    private <T> T withoutCached(String userId, T answer) {
        reader.invalidateNotBefore(userId);
        return answer;
    }

    @Override
    public CompletionStage<SessionCutoff.Affected> countUntil(Instant until) {
        return store.countUntil(until);
    }

    @Override
    public CompletionStage<Boolean> exists(String sessionId) {
        return checks.read(sessionId, () -> check(sessionId));
    }

    private CompletionStage<Boolean> check(String sessionId) {
        return watch(Operation.CHECK, () -> {
            CompletionStage<Boolean> answer = reader.read(sessionId);
            return answer != null ? answer : store.exists(sessionId);
        });
    }

    @Override
    public CompletionStage<Optional<UserSession>> find(String sessionId) {
        return watch(Operation.FIND, () -> store.find(sessionId));
    }

    @Override
    public CompletionStage<Refreshed> refresh(String sessionId, Refresh refresh) {
        return watch(Operation.RENEW, () -> store.refresh(sessionId, refresh));
    }

    /** For how long tokens can be issued is what the providers of these sessions say. */
    @Override
    public CompletionStage<Long> reapplyRevocations(Map<String, Instant> revoked, Duration tokenLife) {
        CompletionStage<Long> count = CompletableFuture.completedFuture(0L);
        for (Map.Entry<Duration, List<String>> group : revoked.keySet().stream()
                .collect(Collectors.groupingBy(providers::refreshableSession))
                .entrySet()) {
            Duration refreshable = group.getKey();
            Map<String, Instant> some = group.getValue().stream().collect(Collectors.toMap(id -> id, revoked::get));
            count = count.thenCombine(
                    watch(
                            Operation.REVOKE,
                            () -> refreshable.isZero()
                                    ? store.reapplyRevocations(group.getValue())
                                    : store.reapplyRevocations(some, refreshable)),
                    Long::sum);
        }
        return count;
    }

    @Override
    public CompletionStage<List<String>> revokeAll(Scope scope, End end, Consumer<String> beforeRemoval) {
        End ended = end(end, providers.refreshableUser(scope.userId()));
        return watch(Operation.REVOKE_ALL, () -> store.revokeAll(scope, ended, beforeRemoval));
    }

    @Override
    public CompletionStage<List<UserSession>> findByUser(String userId) {
        return watch(Operation.LIST, () -> store.findByUser(userId));
    }

    @Override
    public void listen(StoreListener listener) {
        store.listen(listener);
    }

    @Override
    public StoreDescription describe() {
        StoreDescription store = this.store.describe();
        String problem = firstUseProblem();
        return store.misconfiguration() != null
                ? store
                : new StoreDescription(
                        store.name(),
                        store.address(),
                        store.details(),
                        problem == null ? refused() : FIRST_USE + problem,
                        store.unavailableParts());
    }
}
