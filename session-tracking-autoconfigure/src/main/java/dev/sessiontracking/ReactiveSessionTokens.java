// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import dev.sessiontracking.SessionTokens.TokenGrant;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * {@link SessionTokens} for WebFlux applications: the same methods, without blocking the caller. What
 * {@link ReactiveSessionService} says of subscriptions, errors and threads holds here, too.
 */
public interface ReactiveSessionTokens {

    /** See {@link SessionTokens#login(String, SessionMetadata)}. */
    default Mono<TokenGrant> login(String userId, SessionMetadata metadata) {
        return login(userId, metadata, null, null);
    }

    /** See {@link SessionTokens#login(String, SessionMetadata, Duration)}. */
    default Mono<TokenGrant> login(String userId, SessionMetadata metadata, Duration maxLifetime) {
        return login(userId, metadata, maxLifetime, null);
    }

    /** See {@link SessionTokens#login(String, SessionMetadata, Duration, String)}. */
    Mono<TokenGrant> login(
            String userId,
            SessionMetadata metadata,
            @Nullable Duration maxLifetime,
            @Nullable String replacedSessionId);

    /** See {@link SessionTokens#refresh}. */
    Mono<TokenGrant> refresh(Map<String, Object> verifiedClaims, SessionMetadata metadata);

    /** See {@link SessionTokens#register}. */
    Mono<TokenGrant> register(
            String userId, String sessionId, SessionMetadata metadata, Instant authenticatedAt, Instant tokenExpiresAt);

    /** See {@link SessionTokens#logout}. */
    Mono<Boolean> logout(Map<String, Object> verifiedClaims);
}
