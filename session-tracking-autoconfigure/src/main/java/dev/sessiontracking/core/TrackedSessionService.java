// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static dev.sessiontracking.spi.NotBefore.ALL_USERS;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.RefreshToken.Times;
import dev.sessiontracking.core.revocation.NotBeforeMarkers;
import dev.sessiontracking.core.revocation.RevocationDenylist;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionStore;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The session service over a store. */
record TrackedSessionService(
        SessionStore store, SessionEngine engine, Revoker revoker, SessionEvents events, SessionWrites writes)
        implements SessionService {

    private static final Comparator<UserSession> NEWEST_FIRST =
            Comparator.comparing(UserSession::createdAt).reversed().thenComparing(UserSession::id);

    private RevocationDenylist denylist() {
        return revoker.denylist();
    }

    private NotBeforeMarkers markers() {
        return revoker.markers();
    }

    @Override
    public UserSession createSession(String userId, SessionMetadata metadata) {
        return createSession(userId, SessionIds.generate(), metadata);
    }

    @Override
    public UserSession createSession(String userId, String sessionId, SessionMetadata metadata) {
        return writes.create(userId, sessionId, metadata, null, null);
    }

    @Override
    public UserSession createSession(String userId, SessionMetadata metadata, String replacedSessionId) {
        Arguments.requireSessionId(replacedSessionId, "replacedSessionId");
        return writes.create(userId, SessionIds.generate(), metadata, null, replacedSessionId);
    }

    @Override
    public Optional<UserSession> registerSession(
            String userId,
            String sessionId,
            SessionMetadata metadata,
            Instant authenticatedAt,
            Instant tokenExpiresAt) {
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(sessionId, "sessionId");
        Arguments.requireNonNull(metadata, "metadata");
        Arguments.requireNonNull(authenticatedAt, "authenticatedAt");
        Arguments.requireNonNull(tokenExpiresAt, "tokenExpiresAt");
        Instant began = ClaimValues.bounded(authenticatedAt);
        try {
            Times times = new Times(ClaimValues.bounded(tokenExpiresAt), null);
            Registration registration = writes.register(sessionId, userId, metadata, began, times);
            if (registration.session() != null) {
                return Optional.of(registration.session());
            }
            // Another user's session of the same id stays as it is.
            return registration.exists()
                    ? Optional.ofNullable(writes.renew(sessionId, userId).session())
                    : Optional.empty();
        } catch (SessionStoreUnavailableException unavailable) {
            writes.throwIfRejecting(unavailable);
            return Optional.of(writes.untracked(sessionId, userId, metadata, began));
        }
    }

    @Override
    public SessionStatus getSessionStatus(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        return hasBegunAgain(sessionId)
                ? SessionStatus.LIVE
                : engine.check(SessionChecker.TokenSession.of(sessionId)).status();
    }

    @Override
    public boolean isSessionValid(String sessionId) {
        return switch (getSessionStatus(sessionId)) {
            case LIVE -> true;
            case ENDED -> false;
            case UNKNOWN -> {
                writes.throwIfRejecting(new SessionStoreUnavailableException("The store did not answer", null));
                yield true;
            }
        };
    }

    @Override
    public Optional<UserSession> findSession(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        if (!isOfProvider(sessionId) && denylist().isDenied(sessionId)) {
            return Optional.empty();
        }
        CompletableFuture<NotBefore> cutoff = markers().cutoff();
        return SessionStore.await(store.find(sessionId))
                .filter(session -> !isDenied(session, cutoff))
                .filter(session -> !markers().readOrRemember(session.userId()).covers(sessionId, session.createdAt()));
    }

    @Override
    public SessionRenewal renewSession(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        if (denylist().isDenied(sessionId) && !hasBegunAgain(sessionId)) {
            return SessionRenewal.ENDED;
        }
        try {
            boolean isRenewed = writes.renew(sessionId, null).result() == Refreshed.Result.RENEWED;
            return isRenewed ? SessionRenewal.RENEWED : SessionRenewal.ENDED;
        } catch (SessionStoreUnavailableException unavailable) {
            writes.throwIfRejecting(unavailable);
            return SessionRenewal.UNVERIFIED;
        }
    }

    @Override
    public List<UserSession> getUserSessions(String userId) {
        Arguments.requireUserId(userId);
        CompletableFuture<NotBefore> cutoff = markers().cutoff();
        List<UserSession> found = SessionStore.await(store.findByUser(userId));
        NotBefore marker = markers().readOrRemember(userId);
        return found.stream()
                .filter(session -> !isDenied(session, cutoff))
                .filter(session -> !marker.covers(session.id(), session.createdAt()))
                .sorted(NEWEST_FIRST)
                .limit(MAX_LISTED_SESSIONS)
                .toList();
    }

    @Override
    public boolean revokeSession(String sessionId, SessionEndReason reason) {
        Arguments.requireSessionId(sessionId, "sessionId");
        Arguments.requireNonNull(reason, "reason");
        return revoker.revoke(sessionId, null, reason);
    }

    @Override
    public boolean revokeSession(String userId, String sessionId, SessionEndReason reason) {
        Arguments.requireNonNull(reason, "reason");
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(sessionId, "sessionId");
        return SessionStore.await(store.find(sessionId))
                        .filter(session -> session.userId().equals(userId))
                        .isPresent()
                && revoker.revoke(sessionId, userId, reason);
    }

    @Override
    public boolean revokeSession(String sessionId, Instant registrableUntil) {
        Arguments.requireSessionId(sessionId, "sessionId");
        Arguments.requireNonNull(registrableUntil, "registrableUntil");
        return revoker.revokeForGood(
                sessionId, ClaimValues.bounded(registrableUntil).plus(SessionWrites.LEEWAY), SessionEndReason.REVOKED);
    }

    @Override
    public Optional<Instant> getNotBefore(String userId) {
        Arguments.requireUserId(userId);
        return time(userId);
    }

    private Optional<Instant> time(String userId) {
        NotBefore marker = markers().read(userId);
        return marker.exists() ? Optional.of(Instant.ofEpochMilli(marker.millis())) : Optional.empty();
    }

    @Override
    public void clearNotBefore(String userId) {
        Arguments.requireUserId(userId);
        markers().clear(userId);
        denylist().cleared(userId);
    }

    @Override
    public RevokedSessions revokeAllUserSessions(String userId, SessionEndReason reason) {
        Arguments.requireUserId(userId);
        Arguments.requireNonNull(reason, "reason");
        return revoker.revokeAll(userId, null, reason);
    }

    @Override
    public RevokedSessions revokeOtherUserSessions(String userId, String currentSessionId, SessionEndReason reason) {
        Arguments.requireNonNull(reason, "reason");
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(currentSessionId, "currentSessionId");
        return revoker.revokeAll(userId, currentSessionId, reason);
    }

    @Override
    public SessionCutoff revokeAllSessions(Instant until) {
        Arguments.requireNonNull(until, "until");
        if (!until.isAfter(Instant.EPOCH)) {
            throw new IllegalArgumentException("until must be after 1970-01-01");
        }
        return revoker.revokeEverything(until);
    }

    @Override
    public Optional<Instant> getSessionCutoff() {
        return time(ALL_USERS);
    }

    @Override
    public void clearSessionCutoff() {
        markers().clear(ALL_USERS);
        events.cutoff(null);
    }

    @Override
    public SessionCutoff.Affected countSessions(Instant until) {
        Arguments.requireNonNull(until, "until");
        return SessionStore.await(store.countUntil(ClaimValues.bounded(until)));
    }

    /** Whether it is a provider's session that has begun again after the revocation that this node remembers. */
    private boolean hasBegunAgain(String sessionId) {
        try {
            return denylist().isDenied(sessionId)
                    && isOfProvider(sessionId)
                    && findSession(sessionId).isPresent();
        } catch (SessionStoreUnavailableException unknown) {
            return false;
        }
    }

    private boolean isOfProvider(String sessionId) {
        return !writes.settings().providers().refreshableSession(sessionId).isZero();
    }

    private boolean isDenied(UserSession session, CompletableFuture<NotBefore> cutoff) {
        return denylist().isDenied(session.id(), session.userId(), session.createdAt(), isOfProvider(session.id()))
                || cutoff.join().covers(session.id(), session.createdAt());
    }
}
