// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the claims of a token. Verifies nothing, so use it only for tokens that were verified before. Never throws. */
final class TokenText {

    private TokenText() {}

    /** The JWT, or {@code null} if the text is none. */
    static @Nullable JWT parse(String token) {
        try {
            return JWTParser.parse(token);
        } catch (ParseException | RuntimeException notOne) {
            return null;
        }
    }

    /** The claims of a signed JWT, or {@code null} if the text is none. */
    static @Nullable Map<String, Object> claims(String token) {
        JWT jwt = parse(token);
        return jwt == null ? null : claims(jwt);
    }

    /** The claims of a signed JWT, or {@code null} if it is encrypted, unsigned or unreadable. */
    static @Nullable Map<String, Object> claims(JWT jwt) {
        if (!(jwt instanceof SignedJWT)) {
            return null;
        }
        try {
            return jwt.getJWTClaimsSet().getClaims();
        } catch (ParseException | RuntimeException unreadable) {
            return null;
        }
    }
}
