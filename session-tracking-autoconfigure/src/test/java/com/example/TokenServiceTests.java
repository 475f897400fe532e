// SPDX-License-Identifier: Apache-2.0
package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.example.TokenService.Tokens;
import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionTokens;
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

    private record Node(SessionService sessions, TokenService tokens) {}

    private static void withSessions(String url, Consumer<Node> test) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class))
                .withPropertyValues("session.tracking.redis-url=" + url, "session.tracking.connect-timeout=5s")
                .withPropertyValues("session.tracking.command-timeout=5s")
                .run(context -> test.accept(new Node(
                        context.getBean(SessionService.class),
                        new TokenService(context.getBean(SessionTokens.class), SECRET))));
    }

    private static Tokens login(Node node) {
        return node.tokens().login("alice", REQUEST);
    }

    @Test
    void bothTokensNameTheSessionAndItsUser() {
        withSessions(redis.url(), node -> {
            Tokens tokens = login(node);
            String id = node.sessions().getUserSessions("alice").get(0).id();
            for (Jwt token : new Jwt[] {read(tokens.accessToken()), read(tokens.refreshToken())}) {
                assertThat(token.getClaimAsString("sid")).isEqualTo(id);
                assertThat(token.getSubject()).isEqualTo("alice");
                assertThat(token.getClaimAsInstant("auth_time")).isNotNull();
            }
        });
    }

    @Test
    void anApiAcceptsAccessTokensOnly() {
        withSessions(redis.url(), node -> {
            Tokens tokens = login(node);
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
        withSessions(redis.url(), node -> {
            Tokens tokens = login(node);
            assertThatExceptionOfType(JwtException.class)
                    .isThrownBy(() -> node.tokens().refresh(tokens.accessToken(), REQUEST));
        });
    }

    @Test
    void aRefreshKeepsTheSessionAndTheTimeOfTheLogin() {
        withSessions(redis.url(), node -> {
            Jwt old = read(login(node).refreshToken());
            Tokens refreshed = node.tokens().refresh(old.getTokenValue(), REQUEST);
            for (Jwt token : new Jwt[] {read(refreshed.accessToken()), read(refreshed.refreshToken())}) {
                assertThat(token.getClaimAsString("sid")).isEqualTo(old.getClaimAsString("sid"));
                assertThat(token.getClaimAsInstant("auth_time")).isEqualTo(old.getClaimAsInstant("auth_time"));
            }
            assertThat(read(refreshed.refreshToken()).getExpiresAt()).isAfterOrEqualTo(old.getExpiresAt());
        });
    }

    @Test
    void aRevokedSessionCannotBeRefreshed() {
        withSessions(redis.url(), node -> {
            Tokens tokens = login(node);
            node.sessions().revokeAllUserSessions("alice");
            assertThatExceptionOfType(SessionEndedException.class)
                    .isThrownBy(() -> node.tokens().refresh(tokens.refreshToken(), REQUEST));
        });
    }

    @Test
    void withoutRedisTheRefreshTokenKeepsItsExpiry() {
        withSessions(redis.url(), node -> {
            Tokens tokens = login(node);
            withSessions(NOWHERE, unavailable -> {
                Tokens refreshed = unavailable.tokens().refresh(tokens.refreshToken(), REQUEST);
                assertThat(read(refreshed.refreshToken()).getExpiresAt())
                        .isEqualTo(read(tokens.refreshToken()).getExpiresAt());
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
            Tokens refreshed = unavailable.tokens().refresh(tokens.refreshToken(), REQUEST);
            assertThat(read(refreshed.refreshToken()).getExpiresAt())
                    .isEqualTo(read(tokens.refreshToken()).getExpiresAt());
            assertThat(read(refreshed.accessToken()).hasClaim("sid")).isFalse();
        });
    }

    @Test
    void aLoginWithoutRedisBecomesOneSessionHoweverOftenItsTokenIsUsed() {
        Tokens tokens = loggedInWithoutRedis();
        withSessions(redis.url(), node -> {
            TokenService service = node.tokens();
            Tokens first = service.refresh(tokens.refreshToken(), REQUEST);
            Tokens second = service.refresh(tokens.refreshToken(), REQUEST);
            assertThat(node.sessions().getUserSessions("alice"))
                    .singleElement()
                    .satisfies(session -> assertThat(session.id())
                            .isEqualTo(read(first.refreshToken()).getClaimAsString("sid"))
                            .isEqualTo(read(second.accessToken()).getClaimAsString("sid")));
        });
    }

    @Test
    void aLoginWithoutRedisDoesNotComeBackAfterItsSessionWasRevoked() {
        Tokens tokens = loggedInWithoutRedis();
        withSessions(redis.url(), node -> {
            TokenService service = node.tokens();
            service.refresh(tokens.refreshToken(), REQUEST);
            node.sessions().revokeAllUserSessions("alice");
        });
        withSessions(
                redis.url(),
                otherNode -> assertThatExceptionOfType(SessionEndedException.class)
                        .isThrownBy(() -> otherNode.tokens().refresh(tokens.refreshToken(), REQUEST)));
    }

    private static Tokens loggedInWithoutRedis() {
        Tokens[] tokens = new Tokens[1];
        withSessions(NOWHERE, unavailable -> tokens[0] = login(unavailable));
        return tokens[0];
    }

    @Test
    void anExpiredRefreshTokenIsRejected() {
        withSessions(redis.url(), node -> {
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
                    .isThrownBy(() -> node.tokens().refresh(expired, REQUEST));
        });
    }

    @Test
    void aRefreshTokenLogsOutAndCannotBeUsedAfterwards() {
        withSessions(redis.url(), node -> {
            Tokens tokens = login(node);
            node.tokens().logout(tokens.refreshToken());
            assertThat(node.sessions().isSessionValid(read(tokens.accessToken()).getClaimAsString("sid")))
                    .isFalse();
            assertThatExceptionOfType(SessionEndedException.class)
                    .isThrownBy(() -> node.tokens().refresh(tokens.refreshToken(), REQUEST));
        });
    }

    /** Whatever its type: what is said in it. */
    private static Jwt read(String token) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withSecretKey(KEY).build();
        decoder.setJwtValidator(any -> OAuth2TokenValidatorResult.success());
        return decoder.decode(token);
    }
}
