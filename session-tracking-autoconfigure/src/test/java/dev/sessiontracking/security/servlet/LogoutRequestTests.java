// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.user;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import dev.sessiontracking.security.servlet.MvcTester.Chain;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.web.cors.CorsConfiguration;

/** Which requests log a token out: by their method, their matcher, and the site that they come from. */
class LogoutRequestTests {

    private static Chain withoutCsrf(Customizer<LogoutConfigurer<HttpSecurity>> logout) {
        return Chain.ofResourceServer(http -> http.csrf(csrf -> csrf.disable()).logout(logout));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE"})
    void withoutCsrfProtectionOnlyPostLogsATokenOut(String method) {
        for (String url : List.of("/logout", "/bye")) {
            MvcTester.run(withoutCsrf(logout -> logout.logoutUrl(url)), app -> {
                String session = app.sessions().begin();

                MockHttpServletResponse answer =
                        app.perform(request(HttpMethod.valueOf(method), url).with(MvcTester.session(session)));

                assertThat(answer.getStatus()).isEqualTo(404);
                assertThat(app.sessions().revocations()).isEmpty();
                assertThat(app.post(url, MvcTester.session(session)).getStatus())
                        .isEqualTo(204);
                assertThat(app.sessions().revocations()).containsExactly(session);
            });
        }
    }

    @Test
    void withoutCsrfProtectionABrowserLogsOutAsBefore() {
        MvcTester.run(withoutCsrf(Customizer.withDefaults()), app -> {
            assertThat(app.get("/logout", user("alice")).getRedirectedUrl()).isEqualTo("/login?logout");
            assertThat(app.get("/logout").getRedirectedUrl()).isEqualTo("/login?logout");
        });
    }

    @Test
    void matcherOfTheApplicationWins() {
        MvcTester.run(
                withoutCsrf(logout -> logout.logoutRequestMatcher(PathPatternRequestMatcher.pathPattern("/bye"))),
                app -> {
                    String session = app.sessions().begin();

                    assertThat(app.get("/bye", MvcTester.session(session)).getStatus())
                            .isEqualTo(204);
                    assertThat(app.sessions().revocations()).containsExactly(session);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, cross-site, 403",
        "Origin, https://attacker.example, 403",
        "Origin, null, 403",
        "Sec-Fetch-Site, same-origin, 204",
        "Sec-Fetch-Site, same-site, 204",
        "Origin, http://localhost, 204",
        "X-Other, none, 204"
    })
    void tokenInACookieIsNotLoggedOutByAnotherSite(String header, String value, int status) {
        MvcTester.run(ShapeConfigurations.Cookie.class, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.post(
                    "/logout",
                    InterferenceTests.header(header, value),
                    InterferenceTests.header("Authorization", "Basic YTpi"),
                    UnusualChainTests.cookie(session));

            assertThat(answer.getStatus()).isEqualTo(status);
            assertThat(app.sessions().revocations()).hasSize(status == 204 ? 1 : 0);
        });
    }

    @ParameterizedTest
    @CsvSource({"cross-site, 403", "same-origin, 204"})
    void tokenInACookieThatAFilterTurnsIntoAHeaderIsNotLoggedOutByAnotherSite(String site, int status) {
        MvcTester.run(RewiredShapes.CookieAsHeader.class, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.post(
                    "/logout", InterferenceTests.header("Sec-Fetch-Site", site), UnusualChainTests.cookie(session));

            assertThat(answer.getStatus()).isEqualTo(status);
            assertThat(app.sessions().isSessionValid(session)).isEqualTo(status == 403);
        });
    }

    @Test
    void tokenInTheHeaderIsLoggedOutFromAnyOrigin() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            String session = app.sessions().begin();

            assertThat(app.post(
                                    "/logout",
                                    InterferenceTests.header("Sec-Fetch-Site", "cross-site"),
                                    MvcTester.session(session))
                            .getStatus())
                    .isEqualTo(204);
        });
    }

    @Test
    void originThatTheApplicationAllowsIsNoOtherSite() {
        CorsConfiguration cors = new CorsConfiguration();
        cors.addAllowedOrigin("https://app.example");
        cors.addAllowedMethod("POST");
        Chain cookieWithCors =
                Chain.ofResourceServer(http -> http.cors(configurer -> configurer.configurationSource(request -> cors))
                        .oauth2ResourceServer(server -> server.bearerTokenResolver(
                                request -> request.getCookies() == null ? null : request.getCookies()[0].getValue())));
        MvcTester.run(cookieWithCors, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.post(
                    "/logout",
                    InterferenceTests.header("Sec-Fetch-Site", "cross-site"),
                    InterferenceTests.header("Origin", "https://app.example"),
                    UnusualChainTests.cookie(session));

            assertThat(answer.getStatus()).isEqualTo(204);
        });
    }
}
