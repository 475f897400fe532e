// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.sessiontracking.spi.SessionIds;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Verifies the logout tokens of one issuer, as OpenID Connect Back-Channel Logout 1.0, section 2.6, requires.
 *
 * <p>The type may be {@code logout+jwt}, {@code JWT} or absent: the final specification recommends the first one, and
 * drafts had none. The claim {@code events} distinguishes a logout token from all other tokens of the issuer.
 *
 * <p>{@code exp} is checked if it is present: drafts had none. {@code iat} is required, and limits the age.
 */
final class LogoutTokenVerifier {

    static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

    static final Duration MAX_AGE = Duration.ofMinutes(10);

    /** For clocks that differ. */
    private static final Duration LEEWAY = Duration.ofMinutes(1);

    /** No shared secrets, and no {@code none}. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Stream.of(JWSAlgorithm.Family.RSA, JWSAlgorithm.Family.EC)
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());

    private final TrustedIssuer issuer;

    private final JWKSource<SecurityContext> keys;

    private final Clock clock;

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    LogoutTokenVerifier(TrustedIssuer issuer, JWKSource<SecurityContext> keys, Clock clock) {
        this.issuer = issuer;
        this.keys = keys;
        this.clock = clock;
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("logout+jwt"), JOSEObjectType.JWT, null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
        processor.setJWTClaimsSetVerifier((claims, context) -> verify(claims));
    }

    TrustedIssuer issuer() {
        return issuer;
    }

    /** Fetches the keys, so that the first token does not wait for them. */
    void fetchKeys() throws KeySourceException {
        keys.get(new JWKSelector(new JWKMatcher.Builder().build()), null);
    }

    /**
     * Verifies a token.
     *
     * @return its claims: {@code iat}, and {@code sid} or the user id, as text
     * @throws KeySourceException if the keys cannot be fetched
     * @throws BadJOSEException if it is no valid logout token
     */
    JWTClaimsSet verify(JWT token) throws BadJOSEException, JOSEException {
        return processor.process(token, null);
    }

    private void verify(JWTClaimsSet claims) throws BadJWTException {
        require(claims.getIssuer().equals(issuer.uri()), "iss is another issuer");
        require(!Collections.disjoint(claims.getAudience(), issuer.clientIds()), "aud names none of the client-ids");
        Instant now = clock.instant();
        Date issued = claims.getIssueTime();
        require(
                issued != null
                        && Duration.between(issued.toInstant(), now).abs().compareTo(MAX_AGE) <= 0,
                "iat is missing, or not within 10 minutes of this node's clock");
        Date expiry = claims.getExpirationTime();
        require(expiry == null || expiry.toInstant().plus(LEEWAY).isAfter(now), "exp has passed");
        require(!claims.getClaims().containsKey("nonce"), "nonce is present");
        require(
                claims.getClaim("events") instanceof Map<?, ?> events && events.get(EVENT) instanceof Map<?, ?>,
                "events does not contain the logout event");
        boolean hasSession = hasText(claims, "sid");
        require(hasText(claims, issuer.userIdClaim()) || hasSession, "it has neither sid nor " + issuer.userIdClaim());
    }

    private static boolean hasText(JWTClaimsSet claims, String name) throws BadJWTException {
        Object value = claims.getClaim(name);
        require(
                value == null || (value instanceof String text && text.length() <= SessionIds.MAX_LENGTH),
                name + " is no text, or too long");
        return value != null;
    }

    private static void require(boolean condition, String problem) throws BadJWTException {
        if (!condition) {
            throw new InvalidLogoutTokenException(problem);
        }
    }

    /** The issuer has signed the token, but it is no valid logout token for this application. */
    static final class InvalidLogoutTokenException extends BadJWTException {

        private static final long serialVersionUID = 1;

        /** @param problem without anything from the token */
        InvalidLogoutTokenException(String problem) {
            super(problem);
        }
    }
}
