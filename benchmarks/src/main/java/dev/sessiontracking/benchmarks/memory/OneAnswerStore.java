// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.memory;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionChange.Scope;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Holds nothing, so that only the node's own memory is measured: confirms everything, or answers nothing. */
final class OneAnswerStore implements SessionStore {

    private volatile boolean answering;

    OneAnswerStore(boolean answering) {
        this.answering = answering;
    }

    /** Answers from now on. */
    void answer() {
        answering = true;
    }

    private <T> CompletionStage<T> answer(T value) {
        return answering
                ? CompletableFuture.completedFuture(value)
                : CompletableFuture.failedFuture(new SessionStoreUnavailableException("Does not answer", null));
    }

    @Override
    public CompletionStage<Registration> create(UserSession session, Duration ttl, Limit limit) {
        return answer(Registration.written(session));
    }

    @Override
    public CompletionStage<Boolean> exists(String sessionId) {
        return answer(true);
    }

    @Override
    public CompletionStage<Optional<UserSession>> find(String sessionId) {
        return answer(Optional.empty());
    }

    @Override
    public CompletionStage<Refreshed> refresh(String sessionId, Refresh refresh) {
        return answer(Refreshed.ENDED);
    }

    @Override
    public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId, End end) {
        return answer(true);
    }

    @Override
    public CompletionStage<Long> reapplyRevocations(List<String> sessionIds) {
        return answer(0L);
    }

    @Override
    public CompletionStage<List<String>> revokeAll(Scope scope, End end, Consumer<String> beforeRemoval) {
        return answer(List.of());
    }

    @Override
    public CompletionStage<List<UserSession>> findByUser(String userId) {
        return answer(List.of());
    }
}
