package dev.sessiontracking.security;

import dev.sessiontracking.SessionStoreUnavailableException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Refuses tokens of sessions that have ended. Spring Boot's decoders take it up by themselves; for a decoder that an
 * application builds, see {@link SessionTrackingJwtDecoder}. Adds to the checks of a decoder and replaces none.
 *
 * <p>Thread-safe. Blocks no longer than {@code session.tracking.command-timeout}: not for an event loop.
 */
public final class SessionTrackingJwtValidator implements OAuth2TokenValidator<Jwt> {

    /**
     * What a client learns about a refused token, RFC 6750 section 3.1. It does not tell a revoked session from one that
     * never was.
     */
    public static final String ERROR_DESCRIPTION = "The access token is expired, revoked or invalid";

    private static final OAuth2TokenValidatorResult REFUSED = OAuth2TokenValidatorResult.failure(new OAuth2Error(
            OAuth2ErrorCodes.INVALID_TOKEN, ERROR_DESCRIPTION, "https://tools.ietf.org/html/rfc6750#section-3.1"));

    private final SessionTokenEvaluator evaluator;

    SessionTrackingJwtValidator(SessionTokenEvaluator evaluator) {
        this.evaluator = evaluator;
    }

    /**
     * Checks the session of a token whose signature was verified. Inside the bearer or DPoP filter of a checked filter chain,
     * it only notes what the token says: the session is checked directly behind that filter.
     *
     * @throws SessionStoreUnavailableException if the store does not answer and the policy is {@code reject}. This is not a
     *     failed validation: the token may be good
     */
    @Override
    public OAuth2TokenValidatorResult validate(Jwt jwt) {
        SessionClaim claim = evaluator.read(jwt.getClaims());
        RequestSessionState state = RequestSessionState.current();
        if (state != null) {
            state.noteVerified(jwt.getTokenValue(), claim);
            if (state.isAuthenticatingToken()) {
                return OAuth2TokenValidatorResult.success();
            }
        }
        SessionDecision decision = evaluator.decide(claim, state);
        if (decision == SessionDecision.UNAVAILABLE) {
            throw unavailable();
        }
        return decision.isAccepted() ? OAuth2TokenValidatorResult.success() : REFUSED;
    }

    /** The exception for a token whose session cannot be looked up. */
    public static SessionStoreUnavailableException unavailable() {
        return new SessionStoreUnavailableException(
                "The session store did not answer, and session.tracking.outage-policy=reject rejects unverified tokens",
                null);
    }
}
