// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.ReactiveSessionService;
import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Checks do not block at all. Everything else runs on a thread that may block.
 *
 * @param checker the checker of that service, or {@code null} if the service has none
 */
record NonBlockingSessions(SessionService service, @Nullable SessionChecker checker) implements ReactiveSessionService {

    @Override
    public Mono<UserSession> createSession(String userId, SessionMetadata metadata) {
        return BlockingCalls.call(() -> service.createSession(userId, metadata));
    }

    @Override
    public Mono<UserSession> createSession(String userId, String sessionId, SessionMetadata metadata) {
        return BlockingCalls.call(() -> service.createSession(userId, sessionId, metadata));
    }

    @Override
    public Mono<UserSession> createSession(String userId, SessionMetadata metadata, String replacedSessionId) {
        return BlockingCalls.call(() -> service.createSession(userId, metadata, replacedSessionId));
    }

    @Override
    public Mono<UserSession> registerSession(
            String userId,
            String sessionId,
            SessionMetadata metadata,
            Instant authenticatedAt,
            Instant tokenExpiresAt) {
        return BlockingCalls.call(
                () -> service.registerSession(userId, sessionId, metadata, authenticatedAt, tokenExpiresAt)
                        .orElse(null));
    }

    @Override
    public Mono<SessionStatus> getSessionStatus(String sessionId) {
        if (checker == null || !SessionIds.isUsable(sessionId)) {
            return BlockingCalls.call(() -> service.getSessionStatus(sessionId));
        }
        TokenSession session = TokenSession.of(sessionId);
        return Mono.defer(() -> {
            Result now = checker.checkNow(session);
            return now != null
                    ? Mono.just(now.status())
                    : Mono.fromCompletionStage(checker.checkLater(session))
                            .publishOn(Schedulers.parallel())
                            .map(Result::status);
        });
    }

    @Override
    public Mono<Boolean> isSessionValid(String sessionId) {
        SessionChecker deciding = checker;
        if (deciding == null) {
            return BlockingCalls.call(() -> service.isSessionValid(sessionId));
        }
        return getSessionStatus(sessionId).map(status -> {
            if (status == SessionStatus.UNKNOWN && deciding.outagePolicy() == OutagePolicy.REJECT) {
                throw SessionTrackingJwtValidator.unavailable();
            }
            return status != SessionStatus.ENDED;
        });
    }

    @Override
    public Mono<UserSession> findSession(String sessionId) {
        return BlockingCalls.call(() -> service.findSession(sessionId).orElse(null));
    }

    @Override
    public Mono<SessionRenewal> renewSession(String sessionId) {
        return BlockingCalls.call(() -> service.renewSession(sessionId));
    }

    @Override
    public Mono<Boolean> revokeSession(String sessionId, Instant registrableUntil) {
        return BlockingCalls.call(() -> service.revokeSession(sessionId, registrableUntil));
    }

    @Override
    public Mono<Boolean> revokeSession(String sessionId, SessionEndReason reason) {
        return BlockingCalls.call(() -> service.revokeSession(sessionId, reason));
    }

    @Override
    public Mono<Boolean> revokeSession(String userId, String sessionId, SessionEndReason reason) {
        return BlockingCalls.call(() -> service.revokeSession(userId, sessionId, reason));
    }

    @Override
    public Mono<RevokedSessions> revokeAllUserSessions(String userId, SessionEndReason reason) {
        return BlockingCalls.call(() -> service.revokeAllUserSessions(userId, reason));
    }

    @Override
    public Mono<RevokedSessions> revokeOtherUserSessions(
            String userId, String currentSessionId, SessionEndReason reason) {
        return BlockingCalls.call(() -> service.revokeOtherUserSessions(userId, currentSessionId, reason));
    }

    @Override
    public Mono<Instant> getNotBefore(String userId) {
        return BlockingCalls.call(() -> service.getNotBefore(userId).orElse(null));
    }

    @Override
    public Mono<Void> clearNotBefore(String userId) {
        return BlockingCalls.run(() -> service.clearNotBefore(userId));
    }

    @Override
    public Mono<SessionCutoff> revokeAllSessions(Instant until) {
        return BlockingCalls.call(() -> service.revokeAllSessions(until));
    }

    @Override
    public Mono<Instant> getSessionCutoff() {
        return BlockingCalls.call(() -> service.getSessionCutoff().orElse(null));
    }

    @Override
    public Mono<Void> clearSessionCutoff() {
        return BlockingCalls.run(service::clearSessionCutoff);
    }

    @Override
    public Mono<SessionCutoff.Affected> countSessions(Instant until) {
        return BlockingCalls.call(() -> service.countSessions(until));
    }

    @Override
    public Flux<UserSession> getUserSessions(String userId) {
        return BlockingCalls.call(() -> service.getUserSessions(userId)).flatMapIterable(sessions -> sessions);
    }
}
