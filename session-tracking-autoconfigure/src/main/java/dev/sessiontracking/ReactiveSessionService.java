// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionService.SessionRenewal;
import java.time.Instant;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@link SessionService} for WebFlux applications: the same methods, without blocking the caller. Inject it: it exists
 * whether or not session tracking is enabled.
 *
 * <p>Each method does what the method of the same name in {@link SessionService} does, for each subscription. Results
 * and exceptions are the same, with these differences: an empty {@code Optional} is an empty {@code Mono}, and an
 * exception is an error signal. Nothing happens without a subscription. To cancel a subscription does not undo what has
 * begun.
 *
 * <p>Events contain the user of the Reactor context. Listeners run on threads that may block. Results arrive on a thread
 * of {@code Schedulers.boundedElastic()} or {@code Schedulers.parallel()}, or at once. Thread-safe.
 */
public interface ReactiveSessionService {

    /** See {@link SessionService#createSession(String, SessionMetadata)}. */
    Mono<UserSession> createSession(String userId, SessionMetadata metadata);

    /** See {@link SessionService#createSession(String, String, SessionMetadata)}. */
    Mono<UserSession> createSession(String userId, String sessionId, SessionMetadata metadata);

    /** See {@link SessionService#createSession(String, SessionMetadata, String)}. */
    Mono<UserSession> createSession(String userId, SessionMetadata metadata, String replacedSessionId);

    /** See {@link SessionService#registerSession}. */
    Mono<UserSession> registerSession(
            String userId, String sessionId, SessionMetadata metadata, Instant authenticatedAt, Instant tokenExpiresAt);

    /** See {@link SessionService#getSessionStatus}. */
    Mono<SessionStatus> getSessionStatus(String sessionId);

    /** See {@link SessionService#isSessionValid}. */
    Mono<Boolean> isSessionValid(String sessionId);

    /** See {@link SessionService#findSession}. */
    Mono<UserSession> findSession(String sessionId);

    /** See {@link SessionService#renewSession}. */
    Mono<SessionRenewal> renewSession(String sessionId);

    /** See {@link SessionService#revokeSession(String)}. */
    default Mono<Boolean> revokeSession(String sessionId) {
        return revokeSession(sessionId, SessionEndReason.REVOKED);
    }

    /** See {@link SessionService#revokeSession(String, String)}. */
    default Mono<Boolean> revokeSession(String userId, String sessionId) {
        return revokeSession(userId, sessionId, SessionEndReason.REVOKED);
    }

    /** See {@link SessionService#revokeSession(String, Instant)}. */
    Mono<Boolean> revokeSession(String sessionId, Instant registrableUntil);

    /** See {@link SessionService#revokeAllUserSessions(String)}. */
    default Mono<RevokedSessions> revokeAllUserSessions(String userId) {
        return revokeAllUserSessions(userId, SessionEndReason.REVOKED);
    }

    /** See {@link SessionService#revokeOtherUserSessions(String, String)}. */
    default Mono<RevokedSessions> revokeOtherUserSessions(String userId, String currentSessionId) {
        return revokeOtherUserSessions(userId, currentSessionId, SessionEndReason.REVOKED);
    }

    /** See {@link SessionService#revokeSession(String, SessionEndReason)}. */
    Mono<Boolean> revokeSession(String sessionId, SessionEndReason reason);

    /** See {@link SessionService#revokeSession(String, String, SessionEndReason)}. */
    Mono<Boolean> revokeSession(String userId, String sessionId, SessionEndReason reason);

    /** See {@link SessionService#revokeAllUserSessions(String, SessionEndReason)}. */
    Mono<RevokedSessions> revokeAllUserSessions(String userId, SessionEndReason reason);

    /** See {@link SessionService#revokeOtherUserSessions(String, String, SessionEndReason)}. */
    Mono<RevokedSessions> revokeOtherUserSessions(String userId, String currentSessionId, SessionEndReason reason);

    /** See {@link SessionService#getNotBefore}. */
    Mono<Instant> getNotBefore(String userId);

    /** See {@link SessionService#clearNotBefore}. */
    Mono<Void> clearNotBefore(String userId);

    /** See {@link SessionService#revokeAllSessions()}. */
    default Mono<SessionCutoff> revokeAllSessions() {
        return revokeAllSessions(Instant.MAX);
    }

    /** See {@link SessionService#revokeAllSessions(Instant)}. */
    Mono<SessionCutoff> revokeAllSessions(Instant until);

    /** See {@link SessionService#getSessionCutoff}. */
    Mono<Instant> getSessionCutoff();

    /** See {@link SessionService#clearSessionCutoff}. */
    Mono<Void> clearSessionCutoff();

    /** See {@link SessionService#countSessions}. */
    Mono<SessionCutoff.Affected> countSessions(Instant until);

    /** See {@link SessionService#getUserSessions}. */
    Flux<UserSession> getUserSessions(String userId);
}
