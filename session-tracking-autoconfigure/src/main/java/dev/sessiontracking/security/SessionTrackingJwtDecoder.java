// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.util.Collection;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/**
 * Adds the session check to a decoder that the application builds, for tokens that do not arrive by HTTP: messages,
 * WebSocket, gRPC. The checks of the decoder are unchanged and run first.
 *
 * <pre>{@code
 * @Bean
 * JwtDecoder jwtDecoder(SessionTrackingJwtValidator revocation) {
 *     return new SessionTrackingJwtDecoder(NimbusJwtDecoder.withJwkSetUri(uri).build(), revocation);
 * }
 * }</pre>
 *
 * <p>Thread-safe if the delegate and the validator are.
 */
public final class SessionTrackingJwtDecoder implements JwtDecoder {

    private final JwtDecoder delegate;

    private final OAuth2TokenValidator<Jwt> validator;

    /**
     * @param delegate verifies and validates tokens
     * @param validator the additional check, usually the {@link SessionTrackingJwtValidator}
     */
    public SessionTrackingJwtDecoder(JwtDecoder delegate, OAuth2TokenValidator<Jwt> validator) {
        this.delegate = delegate;
        this.validator = validator;
    }

    /**
     * Decodes a token whose session is live.
     *
     * @throws JwtValidationException if its session has ended
     * @throws JwtException if the delegate throws it
     * @throws SessionStoreUnavailableException if the store does not answer and the outage policy is {@code reject}
     */
    @Override
    public Jwt decode(String token) throws JwtException {
        Jwt jwt = delegate.decode(token);
        OAuth2TokenValidatorResult result = validator.validate(jwt);
        if (result.hasErrors()) {
            Collection<OAuth2Error> errors = result.getErrors();
            throw new JwtValidationException(
                    "The JWT was rejected: " + errors.iterator().next().getDescription(), errors);
        }
        return jwt;
    }
}
