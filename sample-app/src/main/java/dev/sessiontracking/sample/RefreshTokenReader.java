package dev.sessiontracking.sample;

import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.stereotype.Component;

/** Reads refresh tokens. Its decoder is no bean, so that none but this class accepts a refresh token. */
@Component
class RefreshTokenReader {

    private final JwtDecoder decoder;

    RefreshTokenReader(KeyPair keys) {
        this.decoder = TokenType.REFRESH.decoder((RSAPublicKey) keys.getPublic());
    }

    /** @throws UnauthorizedException when this is not a refresh token of ours, or has expired */
    RefreshToken read(String refreshToken) {
        try {
            return RefreshToken.of(decoder.decode(refreshToken));
        } catch (JwtException invalid) {
            throw UnauthorizedException.invalidRefreshToken(invalid);
        }
    }
}
