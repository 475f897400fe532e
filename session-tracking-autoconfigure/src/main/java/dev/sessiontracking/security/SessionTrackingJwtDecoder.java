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
 * Adds a check to a decoder that an application builds itself, for tokens that come by other ways than HTTP: messages,
 * WebSocket, gRPC. The decoder's own checks stay as they are and run first.
 *
 * <pre>{@code
 * @Bean
 * JwtDecoder jwtDecoder(SessionTrackingJwtValidator revocation) {
 *     return new SessionTrackingJwtDecoder(NimbusJwtDecoder.withJwkSetUri(uri).build(), revocation);
 * }
 * }</pre>
 *
 * <p>As thread-safe as what it is made of.
 */
public final class SessionTrackingJwtDecoder implements JwtDecoder {

    private final JwtDecoder delegate;

    private final OAuth2TokenValidator<Jwt> validator;

    /**
     * @param delegate verifies and validates tokens as it did before
     * @param validator what is checked in addition, usually the {@link SessionTrackingJwtValidator}
     */
    public SessionTrackingJwtDecoder(JwtDecoder delegate, OAuth2TokenValidator<Jwt> validator) {
        this.delegate = delegate;
        this.validator = validator;
    }

    /**
     * Decodes a token whose session lives.
     *
     * @throws JwtValidationException when its session has ended
     * @throws JwtException whatever the decoder itself throws
     * @throws SessionStoreUnavailableException when the store does not answer and the policy is {@code reject}
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
