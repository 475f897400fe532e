// SPDX-License-Identifier: Apache-2.0
package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.example.TokenService.Tokens;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Consumer;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;

/** The code of the README is safe when somebody copies it literally. */
class TokenServiceTests {

    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    private static final SecretKey KEY = new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256");

    private static final MockHttpServletRequest REQUEST = new MockHttpServletRequest();

    private static final String NOWHERE = "redis://127.0.0.1:1";

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static void withSessions(String url, Consumer<SessionService> test) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class))
                .withPropertyValues("session.tracking.redis-url=" + url, "session.tracking.connect-timeout=5s")
                .withPropertyValues("session.tracking.command-timeout=5s")
                .run(context -> test.accept(context.getBean(SessionService.class)));
    }

    private static Tokens login(SessionService sessions) {
        return new TokenService(sessions, SECRET).login("alice", REQUEST);
    }

    @Test
    void bothTokensNameTheSessionAndItsUser() {
        withSessions(redis.url(), sessions -> {
            Tokens tokens = login(sessions);
            String id = sessions.getUserSessions("alice").get(0).id();
            for (Jwt token : new Jwt[] {read(tokens.accessToken()), read(tokens.refreshToken())}) {
                assertThat(token.getClaimAsString("sid")).isEqualTo(id);
                assertThat(token.getSubject()).isEqualTo("alice");
                assertThat(token.getClaimAsInstant("auth_time")).isNotNull();
            }
        });
    }

    @Test
    void anApiAcceptsAccessTokensOnly() {
        withSessions(redis.url(), sessions -> {
            Tokens tokens = login(sessions);
            assertThat(TokenService.jwtDecoder(SECRET)
                            .decode(tokens.accessToken())
                            .getSubject())
                    .isEqualTo("alice");
            assertThatExceptionOfType(JwtException.class)
                    .isThrownBy(() -> TokenService.jwtDecoder(SECRET).decode(tokens.refreshToken()));
        });
    }

    @Test
    void anAccessTokenCannotBeRefreshed() {
        withSessions(redis.url(), sessions -> {
            Tokens tokens = login(sessions);
            assertThatExceptionOfType(JwtException.class)
                    .isThrownBy(() -> new TokenService(sessions, SECRET).refresh(tokens.accessToken(), REQUEST));
        });
    }

    @Test
    void aRefreshKeepsTheSessionAndTheTimeOfTheLogin() {
        withSessions(redis.url(), sessions -> {
            Jwt old = read(login(sessions).refreshToken());
            Tokens refreshed = new TokenService(sessions, SECRET).refresh(old.getTokenValue(), REQUEST);
            for (Jwt token : new Jwt[] {read(refreshed.accessToken()), read(refreshed.refreshToken())}) {
                assertThat(token.getClaimAsString("sid")).isEqualTo(old.getClaimAsString("sid"));
                assertThat(token.getClaimAsInstant("auth_time")).isEqualTo(old.getClaimAsInstant("auth_time"));
            }
            assertThat(read(refreshed.refreshToken()).getExpiresAt()).isAfterOrEqualTo(old.getExpiresAt());
        });
    }

    @Test
    void aRevokedSessionCannotBeRefreshed() {
        withSessions(redis.url(), sessions -> {
            Tokens tokens = login(sessions);
            sessions.revokeAllUserSessions("alice");
            assertThatExceptionOfType(BadCredentialsException.class)
                    .isThrownBy(() -> new TokenService(sessions, SECRET).refresh(tokens.refreshToken(), REQUEST));
        });
    }

    @Test
    void withoutRedisTheRefreshTokenStaysTheSame() {
        withSessions(redis.url(), sessions -> {
            Tokens tokens = login(sessions);
            withSessions(NOWHERE, unavailable -> {
                Tokens refreshed = new TokenService(unavailable, SECRET).refresh(tokens.refreshToken(), REQUEST);
                assertThat(refreshed.refreshToken()).isEqualTo(tokens.refreshToken());
                assertThat(read(refreshed.accessToken()).getClaimAsString("sid"))
                        .isEqualTo(read(tokens.refreshToken()).getClaimAsString("sid"));
            });
        });
    }

    @Test
    void aLoginWithoutRedisNamesNoSession() {
        Tokens tokens = loggedInWithoutRedis();
        assertThat(read(tokens.accessToken()).hasClaim("sid")).isFalse();
        withSessions(NOWHERE, unavailable -> {
            Tokens refreshed = new TokenService(unavailable, SECRET).refresh(tokens.refreshToken(), REQUEST);
            assertThat(refreshed.refreshToken()).isEqualTo(tokens.refreshToken());
            assertThat(read(refreshed.accessToken()).hasClaim("sid")).isFalse();
        });
    }

    @Test
    void aLoginWithoutRedisBecomesOneSessionHoweverOftenItsTokenIsUsed() {
        Tokens tokens = loggedInWithoutRedis();
        withSessions(redis.url(), sessions -> {
            TokenService service = new TokenService(sessions, SECRET);
            Tokens first = service.refresh(tokens.refreshToken(), REQUEST);
            Tokens second = service.refresh(tokens.refreshToken(), REQUEST);
            assertThat(sessions.getUserSessions("alice"))
                    .singleElement()
                    .satisfies(session -> assertThat(session.id())
                            .isEqualTo(read(first.refreshToken()).getClaimAsString("sid"))
                            .isEqualTo(read(second.accessToken()).getClaimAsString("sid")));
        });
    }

    @Test
    void aLoginWithoutRedisDoesNotComeBackAfterItsSessionWasRevoked() {
        Tokens tokens = loggedInWithoutRedis();
        withSessions(redis.url(), sessions -> {
            TokenService service = new TokenService(sessions, SECRET);
            service.refresh(tokens.refreshToken(), REQUEST);
            sessions.revokeAllUserSessions("alice");
        });
        withSessions(
                redis.url(),
                otherNode -> assertThatExceptionOfType(BadCredentialsException.class)
                        .isThrownBy(() -> new TokenService(otherNode, SECRET).refresh(tokens.refreshToken(), REQUEST)));
    }

    private static Tokens loggedInWithoutRedis() {
        Tokens[] tokens = new Tokens[1];
        withSessions(NOWHERE, unavailable -> tokens[0] = login(unavailable));
        return tokens[0];
    }

    @Test
    void anExpiredRefreshTokenIsRejected() {
        withSessions(redis.url(), sessions -> {
            Instant longAgo = Instant.now().minusSeconds(3_600);
            String expired = NimbusJwtEncoder.withSecretKey(KEY)
                    .build()
                    .encode(JwtEncoderParameters.from(
                            JwsHeader.with(MacAlgorithm.HS256)
                                    .type("refresh+jwt")
                                    .build(),
                            JwtClaimsSet.builder()
                                    .subject("alice")
                                    .issuedAt(longAgo)
                                    .expiresAt(longAgo.plusSeconds(60))
                                    .build()))
                    .getTokenValue();
            assertThatExceptionOfType(JwtException.class)
                    .isThrownBy(() -> new TokenService(sessions, SECRET).refresh(expired, REQUEST));
        });
    }

    /** Whatever its type: what is said in it. */
    private static Jwt read(String token) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withSecretKey(KEY).build();
        decoder.setJwtValidator(any -> OAuth2TokenValidatorResult.success());
        return decoder.decode(token);
    }
}
