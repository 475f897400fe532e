// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.springframework.security.config.Customizer.withDefaults;

import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.chain.RecentLogin;
import dev.sessiontracking.security.chain.StaleLoginException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authorization.AuthorizationManagers;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

class RecentLoginTests {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final RecentLogin rule = new RecentLogin(Duration.ofMinutes(5), Clock.fixed(NOW, ZoneOffset.UTC));

    private static Jwt jwt(@Nullable Object authenticationTime) {
        return Jwt.withTokenValue("t")
                .header("alg", "none")
                .claim("sub", "alice")
                .claims(claims -> {
                    if (authenticationTime != null) {
                        claims.put("auth_time", authenticationTime);
                    }
                })
                .build();
    }

    private void assertStale(Authentication authentication) {
        assertThatExceptionOfType(StaleLoginException.class)
                .isThrownBy(() -> rule.decide(authentication))
                .satisfies(stale -> assertThat(
                                stale.challenge(List.of("Bearer error=\"insufficient_user_authentication\"")))
                        .endsWith(", max_age=\"300\""));
    }

    private void assertFresh(Authentication authentication) {
        assertThat(rule.decide(authentication).isGranted()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "300, true", "301, false", "-60, true", "-61, false", "99999999999, false"})
    void loginOfThisAgeInSecondsIsRecent(long age, boolean recent) {
        Authentication token = new JwtAuthenticationToken(jwt(NOW.getEpochSecond() - age));
        if (recent) {
            assertFresh(token);
        } else {
            assertStale(token);
        }
    }

    @Test
    void tokenThatDoesNotSayWhenIsNotRecent() {
        assertStale(new JwtAuthenticationToken(jwt(null)));
        assertStale(new JwtAuthenticationToken(jwt("now")));
        assertStale(new JwtAuthenticationToken(jwt(Long.MAX_VALUE)));
        assertStale(new JwtAuthenticationToken(jwt(Double.NaN)));
        assertStale(new TestingAuthenticationToken("alice", "password", "ROLE_ADMIN"));
    }

    @Test
    void claimsAreFoundInAnyAuthenticationThatCarriesThem() {
        assertFresh(new TestingAuthenticationToken(jwt(NOW), null));
        assertFresh(new TestingAuthenticationToken("alice", jwt(NOW.getEpochSecond())));
        assertFresh(new TestingAuthenticationToken(
                new DefaultOAuth2AuthenticatedPrincipal(
                        Map.of("auth_time", NOW.getEpochSecond()), AuthorityUtils.NO_AUTHORITIES),
                null));
    }

    @Test
    void ageOfLessThanASecondIsABadArgument() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RecentLogin(Duration.ZERO, Clock.systemUTC()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/fresh", "/fresh-and-live", "/fresh-method"})
    void staleLoginIsAnsweredByRfc9470(String path) {
        MvcTester.run(Fresh.class, app -> {
            MockHttpServletResponse response =
                    app.get(path, MvcTester.bearer(token(app, Instant.now().minusSeconds(400))));
            assertThat(response.getStatus()).isEqualTo(401);
            assertThat(response.getHeaders("WWW-Authenticate"))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "Bearer error=\"insufficient_user_authentication\", error_description=\"Log in again: the"
                                    + " last login must not be older than 300 seconds\",")
                    .endsWith(", max_age=\"300\"");
            assertThat(app.get(path, MvcTester.bearer(token(app, Instant.now())))
                            .getStatus())
                    .isEqualTo(200);
            assertThat(app.get(path, MvcTester.bearer(token(app, null))).getStatus())
                    .isEqualTo(401);
            assertThat(app.get("/me", MvcTester.bearer(token(app, null))).getStatus())
                    .isEqualTo(200);
        });
    }

    @Test
    void ruleNeedsNoLookUpOfItsOwn() {
        MvcTester.run(Fresh.class, app -> {
            String session = app.sessions().begin();
            app.get("/fresh", MvcTester.bearer(TestIssuer.get().sign(claims -> claims.claim("sid", session))));
            assertThat(app.sessions().lookups(session)).isEqualTo(1);
        });
    }

    @Test
    void requestWithoutATokenGetsAChallengeWithoutAnError() {
        MvcTester.run(Fresh.class, app -> {
            MockHttpServletResponse response = app.get("/fresh");
            assertThat(response.getStatus()).isEqualTo(401);
            assertThat(response.getHeader("WWW-Authenticate"))
                    .startsWith("Bearer")
                    .doesNotContain("error");
        });
    }

    @Test
    void ruleWorksWhileTrackingIsOff() {
        new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SessionTrackingServletSecurityAutoConfiguration.class))
                .run(context -> assertThatExceptionOfType(StaleLoginException.class)
                        .isThrownBy(() -> context.getBean(SessionAuthorization.class)
                                .authenticatedWithin(Duration.ofMinutes(5))
                                .authorize(() -> new JwtAuthenticationToken(jwt(1)), "x"))
                        .satisfies(stale -> assertThat(stale.getError().getErrorCode())
                                .isEqualTo("insufficient_user_authentication")));
    }

    private static String token(MvcTester app, @Nullable Instant login) {
        String session = app.sessions().begin();
        return TestIssuer.get()
                .sign(claims ->
                        claims.claim("sid", session).claim("auth_time", login == null ? null : login.getEpochSecond()));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableMethodSecurity
    static class Fresh {

        @Bean
        SecurityFilterChain chain(HttpSecurity http, SessionAuthorization sessions) {
            Duration recently = Duration.ofMinutes(5);
            return http.authorizeHttpRequests(requests -> requests.requestMatchers("/fresh")
                            .access(sessions.authenticatedWithin(recently))
                            .requestMatchers("/fresh-and-live")
                            .access(AuthorizationManagers.allOf(
                                    sessions.hasLiveSession(), sessions.authenticatedWithin(recently)))
                            .anyRequest()
                            .authenticated())
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .logout(withDefaults())
                    .build();
        }

        @Bean
        Transfers transfers() {
            return new Transfers();
        }
    }

    @RestController
    static class Transfers {

        @GetMapping({"/fresh", "/fresh-and-live"})
        String byRequest() {
            return "done";
        }

        @GetMapping("/fresh-method")
        @PreAuthorize("@sessionTrackingSessionAuthorization.authenticatedWithin(T(java.time.Duration).ofMinutes(5))")
        public String byMethod() {
            return "done";
        }
    }
}
