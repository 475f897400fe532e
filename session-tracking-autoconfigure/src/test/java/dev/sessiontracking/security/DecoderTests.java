// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.testkit.TestKeys;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** What decoders refuse, outside HTTP. */
class DecoderTests {

    private static final String PREFIX = "spring.security.oauth2.resourceserver.jwt.";

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SessionTrackingJwtAutoConfiguration.class, OAuth2ResourceServerAutoConfiguration.class))
            .withUserConfiguration(RecordingSessions.class);

    private final ApplicationContextRunner tracked =
            plain.withPropertyValues("session.tracking.redis-url=redis://127.0.0.1:1");

    static Stream<String> bootDecoders() {
        return Stream.of(
                PREFIX + "public-key-location=file:" + TestIssuer.get().publicKeyFile(),
                PREFIX + "jwk-set-uri=" + TestIssuer.get().jwkSetUri(),
                PREFIX + "issuer-uri=" + TestIssuer.get().uri());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bootDecoders")
    void bootDecoderRefusesAnEndedSession(String property) {
        tracked.withPropertyValues(property).run(context -> {
            RecordingSessions sessions = context.getBean(RecordingSessions.class);
            JwtDecoder decoder = context.getBean(JwtDecoder.class);
            String session = sessions.begin();
            String token = TestIssuer.get().token(session);

            assertThat(decoder.decode(token).getSubject()).isEqualTo("alice");
            sessions.revokeSession(session);
            assertThatExceptionOfType(JwtValidationException.class)
                    .isThrownBy(() -> decoder.decode(token))
                    .satisfies(refused -> assertThat(refused.getErrors())
                            .singleElement()
                            .satisfies(error -> assertThat(error.getErrorCode()).isEqualTo("invalid_token")))
                    .withMessageNotContaining(session);
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bootDecoders")
    void bootDecoderDoesNotCallATokenBadInAnOutage(String property) {
        tracked.withPropertyValues(property).run(context -> {
            RecordingSessions sessions = context.getBean(RecordingSessions.class);
            JwtDecoder decoder = context.getBean(JwtDecoder.class);
            String token = TestIssuer.get().token(sessions.begin());

            sessions.goDown(OutagePolicy.PLAIN_JWT);
            assertThat(decoder.decode(token)).isNotNull();
            sessions.goDown(OutagePolicy.REJECT);
            assertThatExceptionOfType(SessionStoreUnavailableException.class).isThrownBy(() -> decoder.decode(token));
        });
    }

    /** Everything that JwtValidators.createDefault() and Spring Boot's properties check. */
    @ParameterizedTest(name = "{0}")
    @MethodSource
    void checkOfBootDecoderStaysActive(String fact, String token) {
        ApplicationContextRunner[] both = {plain, tracked};
        for (ApplicationContextRunner runner : both) {
            runner.withPropertyValues(
                            PREFIX + "jwk-set-uri=" + TestIssuer.get().jwkSetUri(),
                            PREFIX + "issuer-uri=" + TestIssuer.get().uri(),
                            PREFIX + "audiences=api")
                    .run(context -> {
                        assertThat(context.getBeansOfType(SessionTrackingJwtValidator.class))
                                .hasSize(runner == tracked ? 1 : 0);
                        context.getBean(RecordingSessions.class).createSession("alice", "live", null);
                        JwtDecoder decoder = context.getBean(JwtDecoder.class);
                        assertThat(decoder.decode(sign(claims(), "JWT"))).isNotNull();
                        assertThat(catchThrowable(() -> decoder.decode(token)))
                                .isInstanceOf(JwtValidationException.class);
                    });
        }
    }

    static Stream<Arguments> checkOfBootDecoderStaysActive() {
        Instant now = Instant.now();
        return Stream.of(
                Arguments.of("expired", sign(claims().expirationTime(Date.from(now.minusSeconds(3600))), "JWT")),
                Arguments.of("not valid yet", sign(claims().notBeforeTime(Date.from(now.plusSeconds(3600))), "JWT")),
                Arguments.of("another issuer", sign(claims().issuer("https://other"), "JWT")),
                Arguments.of("another audience", sign(claims().audience("other"), "JWT")),
                Arguments.of("no audience", sign(claims().audience((String) null), "JWT")),
                Arguments.of("another type", sign(claims(), "logout+jwt")),
                Arguments.of(
                        "bound to a certificate",
                        sign(
                                claims().claim(
                                                "cnf",
                                                Map.of("x5t#S256", "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2")),
                                "JWT")));
    }

    @Test
    void bootDecoderRejectsARefreshTokenAlsoWhileTrackingIsOff() {
        ApplicationContextRunner[] both = {plain, tracked};
        for (ApplicationContextRunner runner : both) {
            runner.withPropertyValues(PREFIX + "jwk-set-uri=" + TestIssuer.get().jwkSetUri())
                    .run(context -> {
                        context.getBean(RecordingSessions.class).createSession("alice", "live", null);
                        JwtDecoder decoder = context.getBean(JwtDecoder.class);
                        assertThat(decoder.decode(sign(claims().claim("token_use", "access"), "JWT")))
                                .isNotNull();
                        assertThat(decoder.decode(sign(claims(), "JWT"))).isNotNull();
                        String refresh = sign(claims().claim("token_use", "refresh"), "JWT");
                        assertThatExceptionOfType(JwtValidationException.class)
                                .isThrownBy(() -> decoder.decode(refresh));
                    });
        }
    }

    /** Where nothing of ours is asked, the type in the header keeps refresh tokens out. */
    @Test
    void decoderOfTheApplicationRejectsTheTypeOfRefreshTokens() throws Exception {
        JwtDecoder own = NimbusJwtDecoder.withPublicKey(TestIssuer.get().key().toRSAPublicKey())
                .build();
        assertThat(own.decode(sign(claims(), "JWT"))).isNotNull();
        assertThatExceptionOfType(JwtValidationException.class)
                .isThrownBy(() -> own.decode(sign(claims(), SessionTokens.REFRESH_TOKEN_TYPE)));
    }

    @Test
    void bootDecoderHasTheDefaultChecksWithoutAnyProperty() {
        tracked.withPropertyValues(PREFIX + "jwk-set-uri=" + TestIssuer.get().jwkSetUri())
                .run(context -> {
                    context.getBean(RecordingSessions.class).createSession("alice", "live", null);
                    JwtDecoder decoder = context.getBean(JwtDecoder.class);
                    assertThat(decoder.decode(sign(claims(), "JWT"))).isNotNull();
                    for (String token : new String[] {
                        sign(claims().expirationTime(new Date(0)), "JWT"),
                        sign(claims(), "logout+jwt"),
                        sign(claims().claim("cnf", Map.of("x5t#S256", "x")), "JWT")
                    }) {
                        assertThatExceptionOfType(JwtValidationException.class).isThrownBy(() -> decoder.decode(token));
                    }
                });
    }

    @Test
    void decoratedDecoderKeepsItsOwnChecks() throws Exception {
        RecordingSessions sessions = new RecordingSessions();
        NimbusJwtDecoder own = NimbusJwtDecoder.withPublicKey(
                        TestIssuer.get().key().toRSAPublicKey())
                .build();
        own.setJwtValidator(JwtValidators.createDefaultWithIssuer("https://other"));
        JwtDecoder decoder = new SessionTrackingJwtValidator(sessions.evaluator(RejectionSink.NONE)).decorate(own);
        String live = sessions.begin();

        assertThatExceptionOfType(JwtValidationException.class)
                .isThrownBy(() -> decoder.decode(TestIssuer.get().token(live)))
                .withMessageContaining("iss");
        assertThat(sessions.lookups()).as("its own checks come first").isEmpty();
        String accepted =
                TestIssuer.get().sign(claims -> claims.issuer("https://other").claim("sid", live));
        assertThat(decoder.decode(accepted)).isNotNull();
        sessions.revokeSession(live);
        assertThatExceptionOfType(JwtValidationException.class).isThrownBy(() -> decoder.decode(accepted));
    }

    @Test
    void requireSessionReachesTheDecoder() {
        tracked.withPropertyValues(
                        PREFIX + "jwk-set-uri=" + TestIssuer.get().jwkSetUri(),
                        "session.tracking.jwt.require-session=true")
                .run(context -> assertThatExceptionOfType(JwtValidationException.class)
                        .isThrownBy(() -> context.getBean(JwtDecoder.class)
                                .decode(TestIssuer.get().token(null))));
    }

    @Test
    void issuersReachTheDecoder() {
        tracked.withPropertyValues(
                        PREFIX + "jwk-set-uri=" + TestIssuer.get().jwkSetUri(),
                        "session.tracking.jwt.issuers=https://ours")
                .run(context -> {
                    JwtDecoder decoder = context.getBean(JwtDecoder.class);
                    assertThat(decoder.decode(TestIssuer.get().token("of-another")))
                            .isNotNull();
                    assertThatExceptionOfType(JwtValidationException.class)
                            .isThrownBy(() -> decoder.decode(TestIssuer.get()
                                    .sign(claims ->
                                            claims.issuer("https://ours").claim("sid", "unknown"))));
                });
    }

    @Test
    void sessionIdClaimsReachTheDecoder() {
        tracked.withPropertyValues(
                        PREFIX + "jwk-set-uri=" + TestIssuer.get().jwkSetUri(),
                        "session.tracking.jwt.session-id-claims=session_state,sid")
                .run(context -> assertThatExceptionOfType(JwtValidationException.class)
                        .isThrownBy(() -> context.getBean(JwtDecoder.class)
                                .decode(TestIssuer.get().sign(claims -> claims.claim("session_state", "unknown")))));
    }

    @Test
    void applicationThatInjectsItsOwnValidatorByTypeGetsThatOne() {
        tracked.withUserConfiguration(OwnValidator.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(OwnValidator.NeedsAValidator.class).validator())
                    .isNotInstanceOf(SessionTrackingJwtValidator.class);
        });
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(TestIssuer.get().uri())
                .subject("alice")
                .audience("api")
                .claim("sid", "live")
                .expirationTime(Date.from(Instant.now().plusSeconds(600)));
    }

    private static String sign(JWTClaimsSet.Builder claims, String type) {
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID("test")
                            .type(new JOSEObjectType(type))
                            .build(),
                    claims.build());
            jwt.sign(TestKeys.signer(TestIssuer.get().key()));
            return jwt.serialize();
        } catch (com.nimbusds.jose.JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnValidator {

        record NeedsAValidator(OAuth2TokenValidator<Jwt> validator) {}

        @Bean
        OAuth2TokenValidator<Jwt> audience() {
            return token -> OAuth2TokenValidatorResult.success();
        }

        @Bean
        NeedsAValidator needsAValidator(OAuth2TokenValidator<Jwt> someValidator) {
            return new NeedsAValidator(someValidator);
        }
    }
}
