// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionChange.Scope;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The store while session tracking is off: it holds no sessions, and does not answer whether one is live. So tokens are plain
 * JWTs, and logins are untracked, as in an outage under the policy {@code plain-jwt}. There is nothing to find or to revoke.
 */
final class NoStore implements SessionStore {

    private static <T> CompletionStage<T> noAnswer() {
        return CompletableFuture.failedFuture(new SessionStoreUnavailableException("Session tracking is off", null));
    }

    @Override
    public CompletionStage<Registration> create(UserSession session, Duration ttl, Limit limit) {
        return noAnswer();
    }

    @Override
    public CompletionStage<NotBefore> raiseNotBefore(
            String userId, NotBefore marker, Duration lifetime, boolean unlessCleared) {
        return CompletableFuture.completedFuture(NotBefore.CLEARED);
    }

    @Override
    public CompletionStage<SessionCutoff.Affected> countUntil(Instant until) {
        return CompletableFuture.completedFuture(new SessionCutoff.Affected(0, true));
    }

    @Override
    public CompletionStage<Boolean> exists(String sessionId) {
        return noAnswer();
    }

    @Override
    public CompletionStage<Optional<UserSession>> find(String sessionId) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<Refreshed> refresh(String sessionId, Refresh refresh) {
        return noAnswer();
    }

    @Override
    public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId, End end) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public CompletionStage<List<String>> revokeAll(Scope scope, End end, Consumer<String> beforeRemoval) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<List<UserSession>> findByUser(String userId) {
        return CompletableFuture.completedFuture(List.of());
    }
}
