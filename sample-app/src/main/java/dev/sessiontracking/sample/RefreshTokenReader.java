package dev.sessiontracking.sample;

import dev.sessiontracking.security.SessionTrackingJwtDecoder;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import javax.crypto.SecretKey;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.stereotype.Component;

/** Reads refresh tokens. Its decoders are no beans, so that none but this class accepts a refresh token. */
@Component
class RefreshTokenReader {

    private final JwtDecoder decoder;

    private final JwtDecoder revocableDecoder;

    RefreshTokenReader(SecretKey key, ObjectProvider<SessionTrackingJwtValidator> revocation) {
        this.decoder = TokenType.REFRESH.decoder(key);
        SessionTrackingJwtValidator validator = revocation.getIfAvailable();
        this.revocableDecoder = validator == null ? decoder : new SessionTrackingJwtDecoder(decoder, validator);
    }

    /** @throws UnauthorizedException when this is not a refresh token of ours, has expired, or is known to be revoked */
    RefreshToken read(String refreshToken) {
        return read(refreshToken, revocableDecoder);
    }

    /** @throws UnauthorizedException when this is not a refresh token of ours, or has expired */
    RefreshToken readEvenIfRevoked(String refreshToken) {
        return read(refreshToken, decoder);
    }

    private static RefreshToken read(String refreshToken, JwtDecoder decoder) {
        try {
            return RefreshToken.of(decoder.decode(refreshToken));
        } catch (JwtException invalid) {
            throw UnauthorizedException.invalidRefreshToken(invalid);
        }
    }
}
