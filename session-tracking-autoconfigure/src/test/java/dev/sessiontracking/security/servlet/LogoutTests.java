// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.user;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.cors.CorsConfiguration;

/** The application's logout configuration, and ours in it. */
class LogoutTests {

    @Test
    void applicationsSuccessHandlerWins() {
        MvcTester.run(OwnSuccessHandler.class, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.post("/logout", MvcTester.session(session));

            assertThat(answer.getStatus()).isEqualTo(202);
            assertThat(app.sessions().isSessionValid(session)).isFalse();
        });
    }

    @Test
    void applicationsSuccessHandlerIsNotToldOfAGarbageToken() {
        MvcTester.run(OwnSuccessHandler.class, app -> {
            MockHttpServletResponse answer = app.post("/logout", MvcTester.bearer("garbage"));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeader("WWW-Authenticate")).contains("invalid_token");
        });
    }

    @Test
    void applicationsHandlersAndUrlKeepWorking() {
        MvcTester.run(OwnHandlerAndUrl.class, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.post("/bye", MvcTester.session(session));

            assertThat(answer.getStatus()).isEqualTo(204);
            assertThat(app.sessions().revocations()).containsExactly(session);
            assertThat(app.context().getBean(OwnHandlerAndUrl.class).calls).containsExactly("/bye");
        });
    }

    @Test
    void disabledLogoutEndsNothing() {
        MvcTester.run(Disabled.class, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.post("/logout", MvcTester.session(session));

            assertThat(answer.getStatus()).isEqualTo(404);
            assertThat(app.sessions().isSessionValid(session)).isTrue();
        });
    }

    @Test
    void handlerThatTheApplicationAddsItselfRunsOnce() {
        MvcTester.run(AddsOurHandler.class, app -> {
            String session = app.sessions().begin();

            assertThat(app.post("/logout", MvcTester.session(session)).getStatus())
                    .isEqualTo(204);
            assertThat(app.sessions().revocations()).containsExactly(session);
        });
    }

    @Test
    void controllerCanCallTheHandlerEvenWhenTheAuthenticationHidesTheToken() {
        MvcTester.run(CallsTheHandler.class, app -> {
            String session = app.sessions().begin();

            assertThat(app.post("/sign-out", MvcTester.session(session)).getStatus())
                    .isEqualTo(200);
            assertThat(app.sessions().revocations()).containsExactly(session);
            assertThat(app.get("/me", MvcTester.session(session)).getStatus()).isEqualTo(401);
        });
    }

    @Test
    void browserLogoutRedirectsAsBefore() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            MockHttpServletResponse answer = app.post("/logout", user("alice"), csrf());

            assertThat(answer.getRedirectedUrl()).isEqualTo("/login?logout");
            assertThat(app.sessions().revocations()).isEmpty();
        });
    }

    @Test
    void formLoginChainBesideIsUnaffected() {
        MvcTester.run(ShapeConfigurations.FormLoginBeside.class, app -> {
            MockHttpServletResponse answer = app.post("/pages-logout", user("alice"), csrf());

            assertThat(answer.getRedirectedUrl()).isEqualTo("/login?logout");
            assertThat(app.get("/pages/a").getRedirectedUrl()).isEqualTo("/login");
        });
    }

    @Test
    void logoutThatRevokedNothingSaysSo() throws Exception {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            MockHttpServletResponse answer = app.post("/logout", MvcTester.session(null));

            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getContentType()).isEqualTo("application/json");
            assertThat(answer.getContentAsString()).isEqualTo("{\"revoked\":false}");
            assertThat(app.sessions().revocations()).isEmpty();
            assertThat(app.get("/me", MvcTester.session(null)).getStatus()).isEqualTo(200);
        });
    }

    @Test
    void tokenWithAnUnusableSessionIsRefused() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            String token = TestIssuer.get().sign(claims -> claims.claim("sid", List.of(42)));

            MockHttpServletResponse answer = app.post("/logout", MvcTester.bearer(token));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(app.sessions().revocations()).isEmpty();
        });
    }

    @Test
    void logoutLooksNothingUp() {
        MvcTester.run(ShapeConfigurations.DecoratedDecoder.class, app -> {
            String session = app.sessions().begin();

            assertThat(app.post("/logout", MvcTester.session(session)).getStatus())
                    .isEqualTo(204);
            assertThat(app.sessions().lookups()).isEmpty();
        });
    }

    @Test
    void logoutUnderPlainJwtSucceedsInAnOutage() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            String session = app.sessions().begin();
            app.sessions().goDown(OutagePolicy.PLAIN_JWT);

            assertThat(app.post("/logout", MvcTester.session(session)).getStatus())
                    .isEqualTo(204);
            assertThat(app.get("/me", MvcTester.session(session)).getStatus()).isEqualTo(401);
        });
    }

    @Test
    void opaqueTokenIsNotLoggedOut() {
        MvcTester.run(Opaque.class, app -> {
            Opaque opaque = app.context().getBean(Opaque.class);
            assertThat(app.get("/me", MvcTester.bearer("opaque")).getStatus()).isEqualTo(200);
            assertThat(opaque.introspected).containsExactly("opaque");

            MockHttpServletResponse answer = app.post("/logout", MvcTester.bearer("opaque"));

            assertThat(answer.getRedirectedUrl()).isEqualTo("/login?logout");
            assertThat(app.sessions().revocations()).isEmpty();
            assertThat(app.sessions().lookups()).isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE"})
    void withoutCsrfProtectionOnlyPostLogsATokenOut(String method) {
        for (String url : List.of("/logout", "/bye")) {
            MvcTester.run(url.equals("/bye") ? OwnUrlWithoutCsrf.class : WithoutCsrf.class, app -> {
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
        MvcTester.run(WithoutCsrf.class, app -> {
            assertThat(app.get("/logout", user("alice")).getRedirectedUrl()).isEqualTo("/login?logout");
            assertThat(app.get("/logout").getRedirectedUrl()).isEqualTo("/login?logout");
        });
    }

    @Test
    void matcherOfTheApplicationWins() {
        MvcTester.run(OwnMatcher.class, app -> {
            String session = app.sessions().begin();

            assertThat(app.get("/bye", MvcTester.session(session)).getStatus()).isEqualTo(204);
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
                    request -> {
                        request.setCookies(new Cookie("token", TestIssuer.get().token(session)));
                        return request;
                    });

            assertThat(answer.getStatus()).isEqualTo(status);
            assertThat(app.sessions().revocations()).hasSize(status == 204 ? 1 : 0);
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
        MvcTester.run(CookieWithCors.class, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.post(
                    "/logout",
                    InterferenceTests.header("Sec-Fetch-Site", "cross-site"),
                    InterferenceTests.header("Origin", "https://app.example"),
                    request -> {
                        request.setCookies(new Cookie("token", TestIssuer.get().token(session)));
                        return request;
                    });

            assertThat(answer.getStatus()).isEqualTo(204);
        });
    }

    @Test
    void storedContextIsLoggedOutInAnOutageUnderReject() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            String session = app.sessions().begin();
            app.sessions().goDown(OutagePolicy.REJECT);

            MockHttpServletResponse answer = app.post(
                    "/logout", jwt().jwt(token -> token.subject("alice").claim("sid", session)), csrf());

            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(app.sessions().revocations()).containsExactly(session);
        });
    }

    private static HttpSecurity api(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSuccessHandler {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return api(http)
                    .logout(logout ->
                            logout.logoutSuccessHandler((request, response, authentication) -> response.setStatus(202)))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnHandlerAndUrl {

        final List<String> calls = new ArrayList<>();

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return api(http).logout(logout -> logout.logoutUrl("/bye")).build();
        }

        /** An application's customizer of all chains. */
        @Bean
        Customizer<LogoutConfigurer<HttpSecurity>> logoutCustomizer() {
            return logout ->
                    logout.addLogoutHandler((request, response, authentication) -> calls.add(request.getRequestURI()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithoutCsrf {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return api(http).csrf(csrf -> csrf.disable()).build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnUrlWithoutCsrf {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return api(http)
                    .csrf(csrf -> csrf.disable())
                    .logout(logout -> logout.logoutUrl("/bye"))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnMatcher {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return api(http)
                    .csrf(csrf -> csrf.disable())
                    .logout(logout -> logout.logoutRequestMatcher(PathPatternRequestMatcher.pathPattern("/bye")))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CookieWithCors {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            CorsConfiguration cors = new CorsConfiguration();
            cors.addAllowedOrigin("https://app.example");
            cors.addAllowedMethod("POST");
            return api(http)
                    .cors(configurer -> configurer.configurationSource(request -> cors))
                    .oauth2ResourceServer(server -> server.bearerTokenResolver(
                            request -> request.getCookies() == null ? null : request.getCookies()[0].getValue()))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Disabled {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return api(http).logout(LogoutConfigurer::disable).build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class AddsOurHandler {

        @Bean
        SecurityFilterChain chain(HttpSecurity http, SessionLogoutHandler ours) throws Exception {
            LogoutHandler wrapped = ours::logout;
            return api(http)
                    .logout(logout -> logout.addLogoutHandler(ours).addLogoutHandler(wrapped))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({ShapeConfigurations.HidingConverter.class, SignOut.class})
    static class CallsTheHandler {}

    @RestController
    static class SignOut {

        private final SessionLogoutHandler handler;

        SignOut(SessionLogoutHandler handler) {
            this.handler = handler;
        }

        @PostMapping("/sign-out")
        void signOut(HttpServletRequest request, HttpServletResponse response, Authentication authentication) {
            handler.logout(request, response, authentication);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Opaque {

        final List<String> introspected = new ArrayList<>();

        @Bean
        OpaqueTokenIntrospector introspector() {
            return token -> {
                introspected.add(token);
                return new DefaultOAuth2AuthenticatedPrincipal(
                        "alice", java.util.Map.of("sid", "of-the-server"), List.of());
            };
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.opaqueToken(Customizer.withDefaults()))
                    .build();
        }
    }
}
