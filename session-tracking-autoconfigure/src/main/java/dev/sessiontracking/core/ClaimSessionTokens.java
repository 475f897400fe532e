// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes the claims of tokens; the store rotates refresh tokens. Thread-safe. */
record ClaimSessionTokens(SessionWrites writes, SessionEngine engine, Revoker revoker, String userIdClaim, Clock clock)
        implements SessionTokens {

    private static final Logger log = LoggerFactory.getLogger(ClaimSessionTokens.class);

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofDays(3650);

    /** As decoders allow for clocks that differ. */
    private static final Duration LEEWAY = Duration.ofMinutes(1);

    @Override
    public TokenGrant login(
            String userId,
            SessionMetadata metadata,
            @Nullable Duration maxLifetime,
            @Nullable String replacedSessionId) {
        if (maxLifetime != null && (maxLifetime.compareTo(SHORTEST) < 0 || maxLifetime.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException("maxLifetime must be between one second and 3650 days");
        }
        String replaced =
                replacedSessionId == null || !SessionIds.isUsable(replacedSessionId) ? null : replacedSessionId;
        UserSession session = writes.create(userId, SessionIds.generate(), metadata, maxLifetime, replaced);
        return grant(session, session.createdAt(), 0);
    }

    @Override
    public TokenGrant refresh(Map<String, Object> verifiedClaims, SessionMetadata metadata) {
        Arguments.requireNonNull(verifiedClaims, "verifiedClaims");
        Arguments.requireNonNull(metadata, "metadata");
        RefreshToken token = RefreshToken.read(verifiedClaims, userIdClaim)
                .orElseThrow(
                        () -> new SessionEndedException("The token is not a refresh token of SessionTokens", null));
        return exchange(token, metadata);
    }

    @Override
    public TokenGrant register(
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
        RefreshToken.Times times = new RefreshToken.Times(ClaimValues.bounded(tokenExpiresAt), null);
        Instant began = ClaimValues.bounded(authenticatedAt);
        return exchange(new RefreshToken(sessionId, false, userId, 0, began, times), metadata);
    }

    private TokenGrant exchange(RefreshToken token, SessionMetadata metadata) {
        if (token.times().expiresAt().plus(LEEWAY).isBefore(clock.instant())) {
            throw new SessionEndedException("The refresh token has expired", SessionEndReason.EXPIRED);
        }
        Refreshed refreshed = refreshed(token, metadata);
        return switch (refreshed.result()) {
            case RENEWED, REPEATED ->
                grant(
                        Objects.requireNonNull(refreshed.session()),
                        Objects.requireNonNullElse(
                                token.authenticatedAt(), refreshed.session().createdAt()),
                        refreshed.generation());
            case UNVERIFIED -> unverified(token, metadata);
            case REUSED, ENDED -> throw ended(SessionStore.await(engine.endReason(session(token))));
        };
    }

    private Refreshed refreshed(RefreshToken token, SessionMetadata metadata) {
        TokenSession session = session(token);
        if (revoker.denylist().isDenied(session.sessionId(), session.userId(), session.authenticatedAt())) {
            return Refreshed.ENDED;
        }
        try {
            return token.isRegistered() || isRegisteredNow(token, metadata) ? rotate(token, metadata) : Refreshed.ENDED;
        } catch (SessionStoreUnavailableException unavailable) {
            writes.throwIfRejecting(unavailable);
            return isKnownToHaveEnded(token, session) ? Refreshed.ENDED : Refreshed.UNVERIFIED;
        }
    }

    private boolean isRegisteredNow(RefreshToken token, SessionMetadata metadata) {
        Instant began = Objects.requireNonNull(token.authenticatedAt());
        return writes.register(token.sessionId(), token.userId(), metadata, began, token.times())
                .exists();
    }

    /** Another user's session of the same id stays as it is: ids of applications may be less random than ours. */
    private Refreshed rotate(RefreshToken token, SessionMetadata metadata) {
        Refreshed refreshed = writes.refresh(
                token.sessionId(),
                new Refresh(
                        token.userId(),
                        writes.lifetimes().ttl(),
                        writes.lifetimes().max(),
                        writes.kept(metadata),
                        token.generation(),
                        writes.lifetimes().reuseInterval()));
        if (refreshed.result() == Refreshed.Result.REUSED) {
            log.warn(
                    "A refresh token of session {} of user {} was used again after its rotation. The session was ended,"
                            + " because two parties have a copy of the token.",
                    SessionIds.hash(token.sessionId()),
                    SessionIds.hash(token.userId()));
            revoker.revoke(token.sessionId(), token.userId(), SessionEndReason.TOKEN_REUSED);
        }
        return refreshed;
    }

    /** The near cache may answer although the server that rotates does not, and this node remembers its own revocations. */
    private boolean isKnownToHaveEnded(RefreshToken token, TokenSession session) {
        SessionChecker.Result check = token.isRegistered()
                ? engine.check(session)
                : engine.checkWithoutSession(token.userId(), token.authenticatedAt());
        return check.status() == SessionStatus.ENDED;
    }

    private static TokenSession session(RefreshToken token) {
        return new TokenSession(token.sessionId(), token.userId(), token.authenticatedAt());
    }

    private static SessionEndedException ended(Optional<SessionEndReason> reason) {
        return new SessionEndedException(
                reason.map(SessionEndReason::description).orElse("The session has ended"), reason.orElse(null));
    }

    /**
     * The next generation, though nobody has confirmed it: if the store has rotated and only its reply was lost, the present
     * one would be a reuse later. The expiry stays, so nothing is gained by an outage.
     */
    private TokenGrant unverified(RefreshToken token, SessionMetadata metadata) {
        Instant began = Objects.requireNonNullElse(token.authenticatedAt(), Instant.EPOCH);
        UserSession session = new UserSession(
                token.sessionId(),
                token.userId(),
                metadata,
                began,
                token.times().expiresAt(),
                token.times().maxExpiresAt(),
                new UserSession.LastUse(began, metadata),
                token.isRegistered());
        return grant(session, token.authenticatedAt(), token.generation() + 1);
    }

    private TokenGrant grant(UserSession session, @Nullable Instant authenticatedAt, long generation) {
        Map<String, Object> common = new HashMap<>(session.claims());
        common.put(userIdClaim, session.userId());
        if (authenticatedAt != null) {
            common.put(RefreshToken.AUTHENTICATION_TIME, authenticatedAt.getEpochSecond());
        }
        Map<String, Object> access = new HashMap<>(common);
        access.put(TOKEN_USE_CLAIM, ACCESS);
        return new TokenGrant(session, access, RefreshToken.claims(session, common, generation), session.expiresAt());
    }

    @Override
    public boolean logout(Map<String, Object> verifiedClaims) {
        Arguments.requireNonNull(verifiedClaims, "verifiedClaims");
        String userId = ClaimValues.text(verifiedClaims.get(userIdClaim));
        if (userId == null || !SessionIds.isUsableUserId(userId)) {
            return false;
        }
        String sessionId = RefreshToken.sessionId(verifiedClaims, UserSession.SESSION_ID_CLAIM);
        if (sessionId != null) {
            return revoker.revokeOwn(sessionId, userId, null, SessionEndReason.LOGOUT);
        }
        String registers = RefreshToken.sessionId(verifiedClaims, RefreshToken.REGISTERS);
        Instant expiresAt = ClaimValues.instant(verifiedClaims.get(RefreshToken.EXPIRES_AT));
        return registers != null
                && expiresAt != null
                && revoker.revokeOwn(registers, userId, expiresAt.plus(SessionWrites.LEEWAY), SessionEndReason.LOGOUT);
    }
}
