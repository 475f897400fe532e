// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.servlet.MvcTester.Chain;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** Tokens that an application verifies in a way of its own, and hides. */
class HiddenTokenTests {

    private static void assertThatRevokedIsRejected(Chain chain, String... properties) {
        MvcTester.run(MvcTester.runner(chain).withPropertyValues(properties), app -> {
            String live = app.sessions().begin();
            String revoked = app.revoked();
            assertThat(app.get("/me", MvcTester.session(live)).getStatus()).isEqualTo(200);
            assertThat(app.get("/me", MvcTester.session(revoked)).getStatus()).isEqualTo(401);
        });
    }

    @Test
    void managerOfTheWholeChainThatHidesTheToken() {
        assertThatRevokedIsRejected(http -> http.authenticationManager(hidingManager())
                .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder()))));
    }

    @Test
    void introspectedTokenOfAListedIssuerWithAManagerOfTheApplication() {
        AuthenticationManager introspecting =
                new ProviderManager(new OpaqueTokenAuthenticationProvider(HiddenTokenTests::introspect));
        String issuers = "session.tracking.jwt.issuers=" + TestIssuer.get().uri();
        assertThatRevokedIsRejected(
                http -> http.oauth2ResourceServer(
                        server -> server.authenticationManagerResolver(request -> introspecting)),
                issuers);
        assertThatRevokedIsRejected(
                http -> http.oauth2ResourceServer(
                        server -> server.opaqueToken(token -> token.authenticationManager(introspecting))),
                issuers);
    }

    @Test
    void introspectedTokenIsNotJudgedWithoutAListedIssuer() {
        OpaqueTokenAuthenticationProvider provider =
                new OpaqueTokenAuthenticationProvider(HiddenTokenTests::introspect);
        provider.setAuthenticationConverter(
                (token, principal) -> UsernamePasswordAuthenticationToken.authenticated(principal, null, List.of()));
        Chain hiding = http -> http.authenticationManager(new ProviderManager(provider))
                .oauth2ResourceServer(
                        server -> server.opaqueToken(token -> token.introspector(HiddenTokenTests::introspect)));
        MvcTester.run(
                hiding,
                app -> assertThat(app.get("/me", MvcTester.session("of-the-server"))
                                .getStatus())
                        .isEqualTo(200));
    }

    private static OAuth2AuthenticatedPrincipal introspect(String token) {
        return new OAuth2IntrospectionAuthenticatedPrincipal("alice", Map.of("sub", "alice"), List.of());
    }

    @Test
    void tokenInACredentialTypeOfTheApplication() {
        assertThatRevokedIsRejected(http -> http.authenticationProvider(new TenantProvider())
                .oauth2ResourceServer(server -> server.authenticationConverter(request ->
                                bearer(request) == null ? null : new TenantToken(String.valueOf(bearer(request))))
                        .jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder()))));
    }

    @Test
    void manyHeadersDoNotHideAToken() {
        RequestPostProcessor junk = request -> {
            IntStream.range(0, 90).forEach(i -> request.addHeader("X-Junk-" + i, "a"));
            return request;
        };
        MvcTester.run(
                http -> http.oauth2ResourceServer(
                        server -> server.jwt(jwt -> jwt.authenticationManager(hidingManager()))),
                app -> assertThat(app.get("/me", junk, MvcTester.session(app.revoked()))
                                .getStatus())
                        .isEqualTo(401));
    }

    private static AuthenticationManager hidingManager() {
        JwtAuthenticationProvider provider = new JwtAuthenticationProvider(ShapeConfigurations.decoder());
        provider.setJwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide);
        return new ProviderManager(provider);
    }

    @Test
    void rejectedTokenDoesNotCountAgainstTheOneThatIsUsedInstead() {
        Chain firstThatIsValid = Chain.ofResourceServer(http -> {
            ApplicationContext beans = http.getSharedObject(ApplicationContext.class);
            JwtDecoder decoder =
                    beans.getBean(SessionTrackingJwtValidator.class).decorate(ShapeConfigurations.decoder());
            http.addFilterBefore(
                    (request, response, chain) -> {
                        for (String name : List.of("X-Old-Token", "X-Token")) {
                            try {
                                Jwt jwt = decoder.decode(((HttpServletRequest) request).getHeader(name));
                                SecurityContextHolder.getContext()
                                        .setAuthentication(new JwtAuthenticationToken(jwt, List.of()));
                                break;
                            } catch (JwtException next) { // The next one.
                            }
                        }
                        chain.doFilter(request, response);
                    },
                    AuthorizationFilter.class);
        });
        MvcTester.run(firstThatIsValid, app -> {
            RequestPostProcessor both = header("X-Old-Token", app.revoked());
            assertThat(app.get("/me", both, header("X-Token", app.sessions().begin()))
                            .getStatus())
                    .isEqualTo(200);
            assertThat(app.get("/me", both, header("X-Token", app.revoked())).getStatus())
                    .isEqualTo(401);
        });
    }

    @Test
    void tokenOfAFilterBehindTheBearerFilterIsLoggedOut() {
        Filter filter = (request, response, chain) -> {
            String token = ((HttpServletRequest) request).getHeader("X-Token");
            if (token != null) {
                Jwt jwt = ShapeConfigurations.decoder().decode(token);
                RequestToken.verified((HttpServletRequest) request, jwt.getClaims());
                SecurityContextHolder.getContext().setAuthentication(ShapeConfigurations.HidingConverter.hide(jwt));
            }
            chain.doFilter(request, response);
        };
        Chain behind = Chain.ofResourceServer(http ->
                http.csrf(csrf -> csrf.disable()).addFilterAfter(filter, BearerTokenAuthenticationFilter.class));
        MvcTester.run(behind, app -> {
            String session = app.sessions().begin();
            assertThat(app.post("/logout", header("X-Token", session)).getStatus())
                    .isEqualTo(204);
            assertThat(app.sessions().revocations()).containsExactly(session);
            app.assertLogsOut();
            assertThat(app.post("/logout").getRedirectedUrl()).isEqualTo("/login?logout");
        });
    }

    @Test
    void handlersOfTheApplicationSeeNoTokenThatMustNotLogOut() {
        List<Authentication> loggedOut = new ArrayList<>();
        Chain chain = Chain.ofResourceServer(http -> http.csrf(csrf -> csrf.disable())
                .oauth2ResourceServer(server -> server.bearerTokenResolver(HiddenTokenTests::cookie))
                .logout(logout -> logout.addLogoutHandler((request, response, user) -> loggedOut.add(user))));
        MvcTester.run(chain, app -> {
            String session = app.sessions().begin();
            RequestPostProcessor otherSite = request -> {
                request.addHeader("Sec-Fetch-Site", "cross-site");
                return request;
            };
            MockHttpServletResponse forged = app.post("/logout", UnusualChainTests.cookie(session), otherSite);
            String refresh =
                    TestIssuer.get().sign(claims -> claims.claim("sid", session).claim("token_use", "refresh"));
            MockHttpServletResponse refreshed = app.post("/logout", request -> {
                request.setCookies(new jakarta.servlet.http.Cookie("token", refresh));
                return request;
            });
            assertThat(forged.getStatus()).isEqualTo(403);
            assertThat(refreshed.getStatus()).isEqualTo(401);
            assertThat(loggedOut).isEmpty();
            assertThat(app.post("/logout", UnusualChainTests.cookie(session)).getStatus())
                    .isEqualTo(204);
            assertThat(loggedOut).hasSize(1);
        });
    }

    private static RequestPostProcessor header(String name, String session) {
        return request -> {
            request.addHeader(name, TestIssuer.get().token(session));
            return request;
        };
    }

    private static @Nullable String cookie(HttpServletRequest request) {
        return request.getCookies() == null ? null : request.getCookies()[0].getValue();
    }

    private static @Nullable String bearer(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header == null ? null : header.substring("Bearer ".length());
    }

    private static class TenantToken extends AbstractAuthenticationToken {

        private final String token;

        TenantToken(String token) {
            super(List.of());
            this.token = token;
        }

        @Override
        public Object getCredentials() {
            return token;
        }

        @Override
        public Object getPrincipal() {
            return "tenant";
        }
    }

    private static final class TenantProvider implements AuthenticationProvider {

        @Override
        public Authentication authenticate(Authentication presented) {
            return ShapeConfigurations.HidingConverter.hide(
                    ShapeConfigurations.decoder().decode(String.valueOf(presented.getCredentials())));
        }

        @Override
        public boolean supports(Class<?> type) {
            return TenantToken.class.isAssignableFrom(type);
        }
    }
}
