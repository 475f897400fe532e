package dev.sessiontracking.core;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.SessionStore.Refresh;
import dev.sessiontracking.spi.SessionStore.Refreshed;
import dev.sessiontracking.spi.SessionStore.Registration;
import dev.sessiontracking.spi.StoreDescription;
import dev.sessiontracking.spi.StoreListener;
import dev.sessiontracking.spi.StoreObserver.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A store whose requests are watched. */
final class ObservedStore implements SessionStore {

    private final SessionStore store;

    private final StoreWatch watch;

    ObservedStore(SessionStore store, StoreWatch watch) {
        this.store = store;
        this.watch = watch;
    }

    @Override
    public CompletionStage<Optional<UserSession>> create(UserSession session, Duration ttl) {
        return watch.watch(Operation.CREATE, () -> store.create(session, ttl));
    }

    @Override
    public CompletionStage<Registration> register(UserSession session, Duration ttl, Duration tokenLife) {
        return watch.watch(Operation.CREATE, () -> store.register(session, ttl, tokenLife));
    }

    @Override
    public CompletionStage<Boolean> revokeForGood(String sessionId, @Nullable String userId, Duration tokenLife) {
        return watch.watch(Operation.REVOKE, () -> store.revokeForGood(sessionId, userId, tokenLife));
    }

    @Override
    public CompletionStage<NotBefore> notBefore(String userId) {
        return watch.watch(Operation.CHECK, () -> store.notBefore(userId));
    }

    @Override
    public CompletionStage<NotBefore> raiseNotBefore(
            String userId, NotBefore marker, Duration lifetime, boolean onlyIfAbsent) {
        return watch.watch(Operation.REVOKE_ALL, () -> store.raiseNotBefore(userId, marker, lifetime, onlyIfAbsent));
    }

    @Override
    public CompletionStage<?> clearNotBefore(String userId, Duration lifetime) {
        return store.clearNotBefore(userId, lifetime);
    }

    @Override
    public CompletionStage<Boolean> exists(String sessionId) {
        return watch.watch(Operation.CHECK, () -> store.exists(sessionId));
    }

    @Override
    public CompletionStage<Optional<UserSession>> find(String sessionId) {
        return watch.watch(Operation.FIND, () -> store.find(sessionId));
    }

    @Override
    public CompletionStage<Boolean> renew(String sessionId, Duration ttl) {
        return watch.watch(Operation.RENEW, () -> store.renew(sessionId, ttl));
    }

    @Override
    public CompletionStage<Refreshed> refresh(String sessionId, Refresh refresh) {
        return watch.watch(Operation.RENEW, () -> store.refresh(sessionId, refresh));
    }

    @Override
    public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId) {
        return watch.watch(Operation.REVOKE, () -> store.revoke(sessionId, userId));
    }

    @Override
    public CompletionStage<Long> revokeAgain(List<String> sessionIds) {
        return watch.watch(Operation.REVOKE, () -> store.revokeAgain(sessionIds));
    }

    @Override
    public CompletionStage<List<String>> revokeAll(String userId, Predicate<UserSession> which) {
        return watch.watch(Operation.REVOKE_ALL, () -> store.revokeAll(userId, which));
    }

    @Override
    public CompletionStage<List<UserSession>> findByUser(String userId) {
        return watch.watch(Operation.LIST, () -> store.findByUser(userId));
    }

    @Override
    public void listen(StoreListener listener) {
        store.listen(listener);
    }

    @Override
    public StoreDescription describe() {
        return store.describe();
    }
}
