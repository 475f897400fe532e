// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.SessionTokens;
import java.util.List;
import javax.crypto.SecretKey;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwtAudienceValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * The two kinds of token. Each names its kind in the {@code typ} header (RFC 8725 section 3.11) and is refused where
 * the other is expected.
 */
enum TokenType {

    /** Sent with each request; {@code at+jwt} is RFC 9068 section 2.1. */
    ACCESS("at+jwt"),

    /** Exchanged for new tokens. */
    REFRESH(SessionTokens.REFRESH_TOKEN_TYPE);

    static final String ISSUER = "session-tracking-sample";

    static final String AUDIENCE = "session-tracking-sample-api";

    static final MacAlgorithm ALGORITHM = MacAlgorithm.HS256;

    private final String header;

    TokenType(String header) {
        this.header = header;
    }

    /** The value of the {@code typ} header. */
    String header() {
        return header;
    }

    /** A decoder that accepts this kind only; the default checks, of the timestamps among others, are kept. */
    JwtDecoder decoder(SecretKey key) {
        NimbusJwtDecoder decoder =
                NimbusJwtDecoder.withSecretKey(key).macAlgorithm(ALGORITHM).build();
        decoder.setJwtValidator(JwtValidators.createDefaultWithValidators(List.of(
                new JwtTypeValidator(header), new JwtIssuerValidator(ISSUER), new JwtAudienceValidator(AUDIENCE))));
        return decoder;
    }
}
