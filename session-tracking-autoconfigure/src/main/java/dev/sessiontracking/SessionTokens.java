// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Login, refresh and logout of an application that issues its own JWTs, in one call each. It takes and returns claims: it
 * signs nothing, verifies nothing and stores no user. Inject it: it exists whether or not session tracking is enabled.
 *
 * <p>The application signs all claims of a {@link TokenGrant} into its tokens, and may add more. It passes to
 * {@link #refresh} and {@link #logout} the claims of a token whose signature and expiry it has verified, with a decoder
 * that does not check sessions: this interface does. Every token says in the claim {@value #TOKEN_USE_CLAIM} whether it is
 * an access token or a refresh token. A refresh token is rejected by every API that session tracking protects, and nothing
 * else is accepted for a refresh.
 *
 * <p>Each refresh rotates the refresh token. Presenting the previous one again within
 * {@code session.tracking.refresh.reuse-interval} returns the same successor, so that browser tabs and repeated requests
 * log nobody out. Presenting any other older one ends the session, for then two parties have a copy. A thief who always
 * follows the owner within the interval is not detected; an interval of zero closes that gap.
 *
 * <p>While the store does not answer and the policy is {@code plain-jwt}, a refresh cannot be verified: its tokens carry the
 * next generation, and the refresh token keeps its expiry. Thread-safe; blocks as {@link SessionService} does.
 */
public interface SessionTokens {

    /** The claim that tells access tokens from refresh tokens: {@value #ACCESS} or {@value #REFRESH}. */
    String TOKEN_USE_CLAIM = "token_use";

    /** Value of {@value #TOKEN_USE_CLAIM} in access tokens. */
    String ACCESS = "access";

    /** Value of {@value #TOKEN_USE_CLAIM} in refresh tokens. */
    String REFRESH = "refresh";

    /**
     * A {@code typ} header for refresh tokens (RFC 8725 section 3.11). Spring Security's decoders reject it unless they are
     * told to accept it.
     */
    String REFRESH_TOKEN_TYPE = "refresh+jwt";

    /**
     * Begins a session after the application has checked the user's credentials. During an outage the session is untracked;
     * its first refresh afterwards registers it.
     *
     * @throws SessionLimitReachedException if the user has too many sessions and the limit's policy is {@code reject}
     * @throws SessionStoreUnavailableException if the store cannot be written and the policy is {@code reject}
     */
    default TokenGrant login(String userId, SessionMetadata metadata) {
        return login(userId, metadata, null, null);
    }

    /**
     * Begins a session with an absolute lifetime of its own, for example for "remember me".
     *
     * @param maxLifetime how long the session lives at most, however often it is refreshed. Takes precedence over
     *     {@code session.tracking.max-lifetime}
     * @throws SessionStoreUnavailableException as for {@link #login(String, SessionMetadata)}
     */
    default TokenGrant login(String userId, SessionMetadata metadata, Duration maxLifetime) {
        return login(userId, metadata, maxLifetime, null);
    }

    /**
     * Begins a session that replaces another one of the same user: that one ends with the reason {@code replaced}, and does
     * not count against the limit of the user's sessions. A session of another user is left alone.
     *
     * @param maxLifetime how long the session lives at most; {@code null} for {@code session.tracking.max-lifetime}
     * @param replacedSessionId the {@code sid} of an earlier token of this device; {@code null} if there is none
     * @throws SessionLimitReachedException as for {@link #login(String, SessionMetadata)}
     * @throws SessionStoreUnavailableException as for {@link #login(String, SessionMetadata)}
     */
    TokenGrant login(
            String userId,
            SessionMetadata metadata,
            @Nullable Duration maxLifetime,
            @Nullable String replacedSessionId);

    /**
     * Exchanges a refresh token. Check first that the user may still log in.
     *
     * @param verifiedClaims the claims of a verified refresh token
     * @param metadata where the request came from: the session's last use
     * @throws SessionEndedException if the session has ended, if the token was used before, or if it is no refresh token
     * @throws SessionStoreUnavailableException if the store does not answer and the policy is {@code reject}. The client
     *     should try again with the same token
     */
    TokenGrant refresh(Map<String, Object> verifiedClaims, SessionMetadata metadata);

    /**
     * Exchanges a refresh token that was issued without {@code SessionTokens}: its login becomes a session. One token
     * registers one session, once, as {@link SessionService#registerSession} describes. The client must use the new
     * refresh token from then on: presenting the old one again later ends the session.
     *
     * @param sessionId must be unguessable, and always the same for one token, such as a hash of its {@code jti}. Not a hash
     *     of the token's text: decoders accept several texts of one signature, so one token could register several sessions
     * @param authenticatedAt when the user gave credentials: {@code auth_time}, or {@code iat} if the token has none
     * @param tokenExpiresAt when the token expires
     * @throws SessionEndedException as for {@link #refresh}
     * @throws SessionStoreUnavailableException as for {@link #refresh}
     */
    TokenGrant register(
            String userId, String sessionId, SessionMetadata metadata, Instant authenticatedAt, Instant tokenExpiresAt);

    /**
     * Ends the session of an access token or a refresh token. Idempotent. A session of another user than the token's is left
     * alone. If the store does not answer, this node rejects the session, and asks for its owner before the pending
     * revocation is applied.
     *
     * @return as for {@link SessionService#revokeSession(String)}; false also for a token that has no session, that names
     *     no user, or whose session belongs to another user
     * @throws SessionStoreUnavailableException as for {@link SessionService#revokeSession(String)}
     */
    boolean logout(Map<String, Object> verifiedClaims);

    /**
     * The claims of the tokens that an application issues after a login or a refresh. The application adds the issuer, the
     * audience, the access token's expiry, and what else its APIs need.
     *
     * @param session the session. During an outage it may be untracked
     * @param accessClaims all of these go into the access token
     * @param refreshClaims all of these go into the refresh token
     * @param refreshExpiresAt the expiry of the refresh token
     */
    record TokenGrant(
            UserSession session,
            Map<String, Object> accessClaims,
            Map<String, Object> refreshClaims,
            Instant refreshExpiresAt) {

        public TokenGrant {
            accessClaims = Map.copyOf(accessClaims);
            refreshClaims = Map.copyOf(refreshClaims);
        }

        /** Without the claims: they name the session. */
        @Override
        public String toString() {
            return "TokenGrant[session=" + session + ", refreshExpiresAt=" + refreshExpiresAt + "]";
        }
    }
}
