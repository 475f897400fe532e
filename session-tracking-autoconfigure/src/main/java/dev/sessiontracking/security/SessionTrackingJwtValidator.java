// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import java.util.Collection;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/**
 * Rejects tokens of ended sessions. Spring Boot adds it to its decoders. For a decoder that the application builds, see
 * {@link #decorate}. It replaces no other check of a decoder.
 *
 * <p>Thread-safe. Blocks while Redis is asked, at most twice the {@code session.tracking.command-timeout}, so do not
 * call it on an event loop.
 */
public final class SessionTrackingJwtValidator implements OAuth2TokenValidator<Jwt> {

    /**
     * The error description for a rejected token (RFC 6750 section 3.1) if nobody knows why its session has ended, or
     * whether it existed.
     */
    public static final String ERROR_DESCRIPTION = "The access token is expired, revoked or invalid";

    static final OAuth2TokenValidatorResult REFUSED = refused(ERROR_DESCRIPTION);

    private final SessionTokenEvaluator evaluator;

    SessionTrackingJwtValidator(SessionTokenEvaluator evaluator) {
        this.evaluator = evaluator;
    }

    /**
     * Checks the session of a token whose signature was verified. Inside the bearer or DPoP filter of a checked filter
     * chain, it only records the claims. The session is checked directly behind that filter.
     *
     * @throws SessionStoreUnavailableException if the store does not answer and the policy is {@code reject}. This is
     *     not a failed validation, because the token may be valid
     */
    @Override
    public OAuth2TokenValidatorResult validate(Jwt jwt) {
        SessionClaim claim = evaluator.read(jwt.getClaims());
        RequestSessionState state = RequestSessionState.current();
        boolean checkedLater = state != null && state.isAuthenticatingToken();
        SessionDecision decision = checkedLater ? SessionDecision.PLAIN : evaluator.decide(claim, state);
        if (decision == SessionDecision.UNAVAILABLE) {
            throw unavailable();
        }
        if (decision.isAccepted()) {
            // A rejected token authenticates nobody, so it is not recorded.
            if (state != null) {
                state.noteVerified(jwt.getTokenValue(), claim);
            }
            return OAuth2TokenValidatorResult.success();
        }
        TokenSession session = claim.session();
        SessionEndReason reason =
                decision == SessionDecision.ENDED && session != null ? evaluator.endReason(session) : null;
        return reason == null ? REFUSED : refused(reason.description());
    }

    /**
     * Adds this check to a decoder that the application builds, for tokens that do not arrive by HTTP: messages, WebSocket,
     * gRPC. The checks of the decoder are unchanged and run first.
     *
     * <pre>{@code
     * Messages(SessionTrackingJwtValidator revocation) {
     *     NimbusJwtDecoder own = NimbusJwtDecoder.withJwkSetUri(uri).build();
     *     own.setJwtValidator(JwtValidators.createDefaultWithIssuer(issuer));
     *     this.decoder = revocation.decorate(own); // no bean: it would take the place of Spring Boot's decoder
     * }
     * }</pre>
     *
     * @return a decoder that throws {@link JwtValidationException} if the session has ended, and
     *     {@link SessionStoreUnavailableException} if the store does not answer and the outage policy is {@code reject}.
     *     Thread-safe if the delegate is
     */
    public JwtDecoder decorate(JwtDecoder delegate) {
        return token -> {
            Jwt jwt = delegate.decode(token);
            OAuth2TokenValidatorResult result = validate(jwt);
            if (result.hasErrors()) {
                Collection<OAuth2Error> errors = result.getErrors();
                throw new JwtValidationException(
                        "The JWT was rejected: " + errors.iterator().next().getDescription(), errors);
            }
            return jwt;
        };
    }

    private static OAuth2TokenValidatorResult refused(String description) {
        return OAuth2TokenValidatorResult.failure(new OAuth2Error(
                OAuth2ErrorCodes.INVALID_TOKEN, description, "https://tools.ietf.org/html/rfc6750#section-3.1"));
    }

    /** The exception for a token whose session cannot be looked up. */
    public static SessionStoreUnavailableException unavailable() {
        return new SessionStoreUnavailableException(
                "The session store did not answer, and session.tracking.outage-policy=reject rejects unverified tokens",
                null);
    }
}
