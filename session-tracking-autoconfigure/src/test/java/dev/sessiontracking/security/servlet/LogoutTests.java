// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.user;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.servlet.MvcTester.Chain;
import dev.sessiontracking.spi.OutagePolicy;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The application's logout configuration, and ours in it. */
class LogoutTests {

    private static final Chain OWN_SUCCESS_HANDLER = Chain.ofResourceServer(http -> http.logout(
            logout -> logout.logoutSuccessHandler((request, response, authentication) -> response.setStatus(202))));

    @Test
    void applicationsSuccessHandlerWins() {
        MvcTester.run(OWN_SUCCESS_HANDLER, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.post("/logout", MvcTester.session(session));

            assertThat(answer.getStatus()).isEqualTo(202);
            assertThat(app.sessions().isSessionValid(session)).isFalse();
        });
    }

    @Test
    void applicationsSuccessHandlerIsNotToldOfAGarbageToken() {
        MvcTester.run(OWN_SUCCESS_HANDLER, app -> {
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
        MvcTester.run(Chain.ofResourceServer(http -> http.logout(LogoutConfigurer::disable)), app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.post("/logout", MvcTester.session(session));

            assertThat(answer.getStatus()).isEqualTo(404);
            assertThat(app.sessions().isSessionValid(session)).isTrue();
        });
    }

    @Test
    void handlerThatTheApplicationAddsItselfRunsOnce() {
        Chain addsOurHandlerTwice = Chain.ofResourceServer(http -> {
            SessionLogoutHandler ours =
                    http.getSharedObject(ApplicationContext.class).getBean(SessionLogoutHandler.class);
            LogoutHandler wrapped = ours::logout;
            http.logout(logout -> logout.addLogoutHandler(ours).addLogoutHandler(wrapped));
        });
        MvcTester.run(addsOurHandlerTwice, app -> {
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
        List<String> introspected = new ArrayList<>();
        Chain opaque =
                http -> http.oauth2ResourceServer(server -> server.opaqueToken(token -> token.introspector(any -> {
                    introspected.add(any);
                    return new DefaultOAuth2AuthenticatedPrincipal("alice", Map.of("sid", "of-the-server"), List.of());
                })));
        MvcTester.run(opaque, app -> {
            assertThat(app.get("/me", MvcTester.bearer("opaque")).getStatus()).isEqualTo(200);
            assertThat(introspected).containsExactly("opaque");

            MockHttpServletResponse answer = app.post("/logout", MvcTester.bearer("opaque"));

            assertThat(answer.getRedirectedUrl()).isEqualTo("/login?logout");
            assertThat(app.sessions().revocations()).isEmpty();
            assertThat(app.sessions().lookups()).isEmpty();
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

    @Configuration(proxyBeanMethods = false)
    static class OwnHandlerAndUrl {

        final List<String> calls = new ArrayList<>();

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            Chain.ofResourceServer(any -> any.logout(logout -> logout.logoutUrl("/bye")))
                    .configure(http);
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .build();
        }

        /** An application's customizer of all chains. */
        @Bean
        Customizer<LogoutConfigurer<HttpSecurity>> logoutCustomizer() {
            return logout ->
                    logout.addLogoutHandler((request, response, authentication) -> calls.add(request.getRequestURI()));
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
}
