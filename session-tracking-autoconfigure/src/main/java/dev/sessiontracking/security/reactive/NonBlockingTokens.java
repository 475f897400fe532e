// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.ReactiveSessionTokens;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Runs {@link SessionTokens} on threads that may block. */
record NonBlockingTokens(SessionTokens tokens) implements ReactiveSessionTokens {

    @Override
    public Mono<TokenGrant> login(
            String userId,
            SessionMetadata metadata,
            @Nullable Duration maxLifetime,
            @Nullable String replacedSessionId) {
        return BlockingCalls.call(() -> tokens.login(userId, metadata, maxLifetime, replacedSessionId));
    }

    @Override
    public Mono<TokenGrant> refresh(Map<String, Object> verifiedClaims, SessionMetadata metadata) {
        return BlockingCalls.call(() -> tokens.refresh(verifiedClaims, metadata));
    }

    @Override
    public Mono<TokenGrant> register(
            String userId,
            String sessionId,
            SessionMetadata metadata,
            Instant authenticatedAt,
            Instant tokenExpiresAt) {
        return BlockingCalls.call(() -> tokens.register(userId, sessionId, metadata, authenticatedAt, tokenExpiresAt));
    }

    @Override
    public Mono<Boolean> logout(Map<String, Object> verifiedClaims) {
        return BlockingCalls.call(() -> tokens.logout(verifiedClaims));
    }
}
