// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.spi.OutagePolicy;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** Contexts that were made of a token and are loaded again without it. */
class StoredContextTests {

    static Stream<Named<Class<?>>> storingChains() {
        return Stream.of(
                Named.of("stored by the bearer filter", StoredByBearerFilter.class),
                Named.of("wrapped by another filter, stored at the end", WrappedAndStoredAtTheEnd.class));
    }

    @ParameterizedTest
    @MethodSource("storingChains")
    void contextThatHidesItsTokenIsCheckedWithoutTheToken(Class<?> chain) {
        MvcTester.run(chain, app -> {
            MockHttpSession browser = new MockHttpSession();
            String session = app.sessions().begin();
            assertThat(app.get("/me", in(browser), MvcTester.session(session)).getStatus())
                    .isEqualTo(200);
            app.sessions().forget();

            assertThat(app.get("/me", in(browser)).getContentAsString()).isEqualTo("alice");
            assertThat(app.sessions().lookups(session)).isEqualTo(1);
            app.sessions().goDown(OutagePolicy.PLAIN_JWT);
            assertThat(app.get("/me", in(browser)).getStatus()).isEqualTo(200);
            app.sessions().goDown(OutagePolicy.REJECT);
            assertThat(app.get("/me", in(browser)).getStatus()).isEqualTo(503);
            app.sessions().recover();
            assertThat(app.get("/me", in(browser)).getContentAsString())
                    .as("an outage ends no login")
                    .isEqualTo("alice");
            app.sessions().revokeSession(session);

            MockHttpServletResponse answer = app.get("/me", in(browser));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeader("WWW-Authenticate")).contains("invalid_token");
            assertThat(app.get("/open/me", in(browser)).getContentAsString()).isEqualTo("nobody");
            assertThat(Collections.list(browser.getAttributeNames()))
                    .as("a new login starts afresh")
                    .noneMatch(name -> name.startsWith("dev.sessiontracking"));
        });
    }

    /** The filter has stored the context before the check. Nothing beside it would name the session later. */
    @ParameterizedTest
    @MethodSource("storingChains")
    void contextOfATokenThatCouldNotBeCheckedIsNotKept(Class<?> chain) {
        MvcTester.run(chain, app -> {
            MockHttpSession browser = new MockHttpSession();
            String session = app.sessions().begin();
            app.sessions().goDown(OutagePolicy.REJECT);
            assertThat(app.get("/me", in(browser), MvcTester.session(session)).getStatus())
                    .isEqualTo(503);
            app.sessions().recover();

            assertThat(app.get("/open/me", in(browser)).getContentAsString()).isEqualTo("nobody");
        });
    }

    @ParameterizedTest
    @MethodSource("storingChains")
    void contextOfARejectedTokenIsNotKept(Class<?> chain) {
        MvcTester.run(chain, app -> {
            MockHttpSession browser = new MockHttpSession();

            assertThat(app.get("/me", in(browser), MvcTester.session(app.revoked()))
                            .getStatus())
                    .isEqualTo(401);

            assertThat(app.get("/open/me", in(browser)).getContentAsString()).isEqualTo("nobody");
        });
    }

    @ParameterizedTest
    @MethodSource("storingChains")
    void contextThatHidesItsTokenCanBeLoggedOut(Class<?> chain) {
        MvcTester.run(chain, app -> {
            MockHttpSession browser = new MockHttpSession();
            String session = app.sessions().begin();
            app.get("/me", in(browser), MvcTester.session(session));

            assertThat(app.post("/logout", in(browser)).getStatus()).isEqualTo(204);

            assertThat(app.sessions().revocations()).containsExactly(session);
        });
    }

    @Test
    void storedContextIsCheckedBeforeItsAuthoritiesAreMerged() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            MockHttpSession browser = new MockHttpSession();
            browser.setAttribute(
                    HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY,
                    new SecurityContextImpl(stored(app.revoked())));

            MockHttpServletResponse answer =
                    app.get("/me", in(browser), MvcTester.session(app.sessions().begin()));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(app.get(
                                    "/me",
                                    in(browser),
                                    MvcTester.session(app.sessions().begin()))
                            .getStatus())
                    .isEqualTo(200);
        });
    }

    @Test
    void userWhoSwitchedIsCheckedByTheTokenOfTheOriginalUser() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            MockHttpSession browser = new MockHttpSession();
            String session = app.sessions().begin();
            browser.setAttribute(
                    HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY,
                    new SecurityContextImpl(UsernamePasswordAuthenticationToken.authenticated(
                            "bob", null, List.of(new SwitchUserGrantedAuthority("PREVIOUS", stored(session))))));

            assertThat(app.get("/me", in(browser)).getContentAsString()).isEqualTo("bob");
            app.sessions().revokeSession(session);
            assertThat(app.get("/me", in(browser)).getStatus()).isEqualTo(401);
        });
    }

    @Test
    void loginWithAPasswordIsNotTiedToATokenInTheSameHttpSession() {
        MvcTester.run(ShapeConfigurations.HidingConverter.class, app -> {
            MockHttpSession browser = new MockHttpSession();
            browser.setAttribute(
                    HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY,
                    new SecurityContextImpl(
                            UsernamePasswordAuthenticationToken.authenticated("alice", null, List.of())));
            String session = app.sessions().begin();
            assertThat(app.get("/me", in(browser), MvcTester.session(session)).getStatus())
                    .isEqualTo(200);
            app.sessions().revokeSession(session);

            assertThat(app.get("/me", in(browser)).getStatus()).isEqualTo(200);
        });
    }

    private static JwtAuthenticationToken stored(String session) {
        return new JwtAuthenticationToken(
                Jwt.withTokenValue("stored")
                        .header("alg", "none")
                        .subject("alice")
                        .claim("sid", session)
                        .build(),
                List.of(new SimpleGrantedAuthority("ADMIN")));
    }

    static RequestPostProcessor in(MockHttpSession session) {
        return request -> {
            request.setSession(session);
            return request;
        };
    }

    private static HttpSecurity hiding(HttpSecurity http) throws Exception {
        return InterferingShapes.authenticated(http)
                .csrf(csrf -> csrf.disable())
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.ALWAYS))
                .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())
                        .jwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide)));
    }

    @Configuration(proxyBeanMethods = false)
    static class StoredByBearerFilter {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return hiding(http)
                    .oauth2ResourceServer(server ->
                            server.withObjectPostProcessor(new ObjectPostProcessor<BearerTokenAuthenticationFilter>() {
                                @Override
                                public <O extends BearerTokenAuthenticationFilter> O postProcess(O filter) {
                                    filter.setSecurityContextRepository(new HttpSessionSecurityContextRepository());
                                    return filter;
                                }
                            }))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WrappedAndStoredAtTheEnd {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return hiding(http)
                    .securityContext(context -> context.requireExplicitSave(false))
                    .addFilterAfter(
                            (request, response, chain) -> {
                                Authentication current =
                                        SecurityContextHolder.getContext().getAuthentication();
                                if (current != null && !(current.getDetails() instanceof String)) {
                                    UsernamePasswordAuthenticationToken wrapped =
                                            UsernamePasswordAuthenticationToken.authenticated(
                                                    current.getName(), null, List.of());
                                    wrapped.setDetails("enriched");
                                    SecurityContextHolder.getContext().setAuthentication(wrapped);
                                }
                                chain.doFilter(request, response);
                            },
                            BearerTokenAuthenticationFilter.class)
                    .build();
        }
    }
}
