// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionTrackingJwtDecoder;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.TestIssuer;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.CompositeFilter;
import org.springframework.web.filter.DelegatingFilterProxy;

/** Chains that are put together in less usual ways. */
@ExtendWith(OutputCaptureExtension.class)
class UnusualChainTests {

    @Test
    void liveTokenInTheHeaderDoesNotHideARevokedOneInTheCookie() {
        MvcTester.run(ShapeConfigurations.Cookie.class, app -> {
            String revoked = app.revoked();
            String live = app.sessions().begin();

            MockHttpServletResponse answer = app.get("/me", MvcTester.session(live), cookie(revoked));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(app.sessions().lookups(live)).isZero();
        });
    }

    @Test
    void revokedTokenInTheHeaderIsNotTheOneThatCounts() {
        MvcTester.run(ShapeConfigurations.Cookie.class, app -> {
            String revoked = app.revoked();
            String live = app.sessions().begin();

            MockHttpServletResponse answer = app.get("/me", MvcTester.session(revoked), cookie(live));

            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(app.sessions().lookups(revoked)).isZero();
        });
    }

    @Test
    void managerThatHidesTheTokenIsRefusedWithOneWarning(CapturedOutput output) {
        MvcTester.run(HidingManager.class, app -> {
            String live = app.sessions().begin();

            MockHttpServletResponse answer = app.get("/me", MvcTester.session(live));
            app.get("/me", MvcTester.session(live));
            MockHttpServletResponse logout = app.post("/logout", MvcTester.session(live));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeader("WWW-Authenticate")).contains("invalid_token");
            assertThat(logout.getStatus()).isEqualTo(401);
            assertThat(output).containsOnlyOnce("token cannot be determined");
            assertThat(output).contains("UsernamePasswordAuthenticationToken");
            assertThat(output).contains("principal, credentials or details");
        });
    }

    @Test
    void filterBeforeThePasswordFilterIsChecked() {
        MvcTester.run(EarlyFilter.class, app -> assertRefusesRevoked(app));
    }

    @Test
    void filtersOfTheApplicationAfterTheLogoutFilterAuthenticateALogout() {
        for (Class<?> chain : List.of(EarlyFilter.class, LateFilter.class, OwnAuthenticationFilter.class)) {
            MvcTester.run(chain, app -> {
                String session = app.sessions().begin();

                assertThat(app.post("/logout", MvcTester.session(session)).getStatus())
                        .isEqualTo(204);
                assertThat(app.sessions().revocations()).containsExactly(session);
                assertThat(app.sessions().lookups()).isEmpty();
                assertThat(app.get("/me", MvcTester.session(session)).getStatus())
                        .isEqualTo(401);
            });
        }
    }

    @Test
    void filterOfTheApplicationAnswersALogoutThatItRefuses() {
        MvcTester.run(EarlyFilter.class, app -> {
            MockHttpServletResponse answer = app.post("/logout", MvcTester.bearer("garbage"));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeader("WWW-Authenticate")).contains("invalid_token");
            assertThat(app.post("/logout").getRedirectedUrl()).isEqualTo("/login?logout");
        });
    }

    @Test
    void filterOfTheApplicationThatThrowsInALogoutIsAnsweredAsInAnyRequest() {
        MvcTester.run(ThrowingFilter.class, app -> {
            int status = app.get("/me", MvcTester.bearer("garbage")).getStatus();

            assertThat(app.post("/logout", MvcTester.bearer("garbage")).getStatus())
                    .isEqualTo(status)
                    .isEqualTo(403);
            assertThat(app.sessions().revocations()).isEmpty();
        });
    }

    @Test
    void filterOfTheApplicationIsLeftAloneInALogoutThatIsAuthenticatedAlready() {
        MvcTester.run(SpyingFilterAlone.class, app -> {
            app.post(
                    "/logout",
                    org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.user(
                            "alice"));

            assertThat(app.context().getBean(SpyingFilterAlone.class).passed).isZero();
        });
    }

    @Test
    void filterOfTheApplicationThatHidesTheTokenIsWarnedOfOnce(CapturedOutput output) {
        MvcTester.run(HidingFilter.class, app -> {
            assertThat(app.get("/me", MvcTester.session(null)).getStatus()).isEqualTo(200);
            assertThat(output).doesNotContain("does not contain the Jwt");
            assertThat(app.get("/me", MvcTester.session("any")).getStatus()).isEqualTo(200);
            assertThat(app.get("/me", MvcTester.session("another")).getStatus()).isEqualTo(200);
            assertThat(output)
                    .containsOnlyOnce(
                            UsernamePasswordAuthenticationToken.class.getName() + " does not contain the Jwt");
        });
    }

    @Test
    void lookForAHiddenTokenLeavesTheBodyUnread(CapturedOutput output) {
        MvcTester.run(HidingFilterWithUnreadBody.class, app -> {
            assertThat(app.get("/me", MvcTester.session("any")).getStatus()).isEqualTo(200);
            assertThat(output).containsOnlyOnce("without checking the session");
        });
    }

    @Test
    void filterOfTheApplicationMayHideWhatItHasDecodedWithOurDecoder(CapturedOutput output) {
        MvcTester.run(HidingFilterWithOurDecoder.class, app -> {
            assertRefusesRevoked(app);
            String session = app.sessions().begin();
            assertThat(app.post("/logout", MvcTester.session(session)).getStatus())
                    .isEqualTo(204);
            assertThat(app.sessions().revocations()).contains(session);
            assertThat(output).doesNotContain("does not contain the Jwt");
        });
    }

    @Test
    void filterRightBeforeAuthorizationIsChecked() {
        MvcTester.run(LateFilter.class, app -> assertRefusesRevoked(app));
    }

    @Test
    void filterInsideAnotherFilterIsChecked() {
        for (Class<?> chain : List.of(DelegatedFilter.class, ComposedFilter.class, NestedChains.class)) {
            MvcTester.run(chain, app -> {
                assertRefusesRevoked(app);
                String session = app.sessions().begin();
                assertThat(app.post("/logout", MvcTester.session(session)).getStatus())
                        .isEqualTo(204);
                assertThat(app.sessions().revocations()).contains(session);
            });
        }
    }

    @Test
    void filtersAfterTheBearerFilterNeverSeeARevokedToken() {
        MvcTester.run(SpyingFilter.class, app -> {
            assertThat(app.get("/me", MvcTester.session(app.revoked())).getStatus())
                    .isEqualTo(401);
            assertThat(app.context().getBean(SpyingFilter.class).seen).isEmpty();
            app.get("/me", MvcTester.session(app.sessions().begin()));
            assertThat(app.context().getBean(SpyingFilter.class).seen).containsExactly("alice");
        });
    }

    @Test
    void bearerFilterThatTheApplicationMadeIsCheckedAndLoggedOut() {
        MvcTester.run(OwnBearerFilter.class, app -> {
            assertRefusesRevoked(app);
            String session = app.sessions().begin();
            assertThat(app.post("/logout", MvcTester.session(session)).getStatus())
                    .isEqualTo(204);
            assertThat(app.sessions().isSessionValid(session)).isFalse();
        });
    }

    @Test
    void bearerFilterThatTheApplicationMadeCannotHideTheToken() {
        MvcTester.run(OwnHidingBearerFilter.class, app -> {
            String live = app.sessions().begin();

            assertThat(app.get("/me", MvcTester.session(live)).getStatus()).isEqualTo(401);
        });
    }

    @Test
    void opaqueTokenBesideJwtsIsNotJudged() {
        MvcTester.run(JwtAndOpaque.class, app -> {
            assertThat(app.get("/me", MvcTester.bearer("opaque")).getStatus()).isEqualTo(200);
            assertThat(app.sessions().lookups()).isEmpty();
            assertRefusesRevoked(app);
        });
    }

    @Test
    void opaqueTokenThatWasTriedAsAJwtFirstIsNotJudged() {
        MvcTester.run(JwtThenOpaque.class, app -> {
            assertThat(app.get("/me", MvcTester.bearer("opaque")).getStatus()).isEqualTo(200);
            assertThat(app.sessions().lookups()).isEmpty();
            assertRefusesRevoked(app);
        });
    }

    @Test
    void introspectedPrincipalMadeOfAJwtIsJudgedByTheJwt() {
        MvcTester.run(DisguisedJwt.class, UnusualChainTests::assertRefusesRevoked);
    }

    @Test
    void encryptedTokenThatIsHiddenIsRefused() {
        MvcTester.run(HiddenEncrypted.class, app -> {
            String live = app.sessions().begin();

            assertThat(app.get("/me", MvcTester.bearer(encrypted(live))).getStatus())
                    .isEqualTo(401);
        });
    }

    @Test
    void encryptedTokenIsJudgedWhereItsDecoderIsOurs() {
        MvcTester.run(DecoratedEncrypted.class, app -> {
            String live = app.sessions().begin();
            String revoked = app.revoked();

            assertThat(app.get("/me", MvcTester.bearer(encrypted(live))).getStatus())
                    .isEqualTo(200);
            assertThat(app.sessions().lookups(live)).isEqualTo(1);
            assertThat(app.get("/me", MvcTester.bearer(encrypted(revoked))).getStatus())
                    .isEqualTo(401);
        });
    }

    @Test
    void chainsOwnEntryPointAnswers() {
        MvcTester.run(OwnEntryPoint.class, app -> {
            MockHttpServletResponse answer = app.get("/me", MvcTester.session(app.revoked()));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeader("X-Entry-Point")).isEqualTo("RejectedTokenException");
        });
    }

    @Test
    void chainsOwnDPoPFailureHandlerAnswers() {
        MvcTester.run(OwnDPoPFailureHandler.class, app -> {
            String token = TestIssuer.get().dpopBoundToken(app.revoked());

            MockHttpServletResponse answer = app.get("/me", request -> {
                request.addHeader("Authorization", "DPoP " + token);
                request.addHeader("DPoP", TestIssuer.get().dpopProof("GET", URI.create("http://localhost/me"), token));
                return request;
            });

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeader("X-Failure-Handler")).isEqualTo("RejectedTokenException");
        });
    }

    @Test
    void nothingStaysBoundToTheThread() {
        MvcTester.run(ShapeConfigurations.HidingConverter.class, app -> {
            app.get("/me", MvcTester.session(app.sessions().begin()));
            assertThat(RequestSessionState.current()).isNull();
            app.get("/me", MvcTester.session(app.revoked()));
            app.post("/logout", MvcTester.session(app.sessions().begin()));
            app.post("/logout", MvcTester.bearer("garbage"));
            assertThat(RequestSessionState.current()).isNull();
        });
    }

    @Test
    void unavailableStoreInAControllerIsUnavailableToo() {
        MvcTester.run(NeedsTheStore.class, app -> {
            MockHttpServletResponse answer =
                    app.get("/needs-the-store", MvcTester.session(app.sessions().begin()));

            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(answer.getHeader("Retry-After")).isEqualTo("5");
            assertThat(answer.getContentType()).isEqualTo("application/problem+json");
        });
    }

    @Test
    void applicationThatDecodesAgainGetsAFreshAnswer() {
        MvcTester.run(DecodesAgain.class, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.get("/decode-again", MvcTester.session(session));

            assertThat(answer.getContentAsString()).isEqualTo("refused");
            assertThat(app.sessions().lookups(session)).isEqualTo(2);
        });
    }

    private static void assertRefusesRevoked(MvcTester app) {
        String live = app.sessions().begin();
        String revoked = app.revoked();
        assertThat(app.get("/me", MvcTester.session(live)).getStatus()).isEqualTo(200);
        MockHttpServletResponse refused = app.get("/me", MvcTester.session(revoked));
        assertThat(refused.getStatus()).isEqualTo(401);
        assertThat(refused.getHeader("WWW-Authenticate")).contains("invalid_token");
        assertThat(app.sessions().lookups(live)).isEqualTo(1);
        assertThat(app.sessions().lookups(revoked)).isEqualTo(1);
    }

    private static org.springframework.test.web.servlet.request.RequestPostProcessor cookie(String session) {
        return request -> {
            request.setCookies(new Cookie("token", TestIssuer.get().token(session)));
            return request;
        };
    }

    private static HttpSecurity authenticated(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated());
    }

    /** A token that only its decoder can read. */
    private static String encrypted(String session) {
        try {
            JWEObject jwe = new JWEObject(
                    new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A128GCM)
                            .contentType("JWT")
                            .build(),
                    new Payload(TestIssuer.get().token(session)));
            jwe.encrypt(new RSAEncrypter(TestIssuer.get().key().toRSAPublicKey()));
            return jwe.serialize();
        } catch (com.nimbusds.jose.JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static JwtDecoder decrypting() {
        JwtDecoder signed = ShapeConfigurations.decoder();
        return token -> {
            try {
                JWEObject jwe = JWEObject.parse(token);
                jwe.decrypt(new RSADecrypter(TestIssuer.get().key()));
                Jwt inner = signed.decode(jwe.getPayload().toString());
                return Jwt.withTokenValue(token)
                        .headers(headers -> headers.putAll(inner.getHeaders()))
                        .claims(claims -> claims.putAll(inner.getClaims()))
                        .build();
            } catch (java.text.ParseException | com.nimbusds.jose.JOSEException bad) {
                throw new org.springframework.security.oauth2.jwt.BadJwtException("Not encrypted", bad);
            }
        };
    }

    private static AuthenticationManager hidingManager() {
        JwtAuthenticationProvider provider = new JwtAuthenticationProvider(ShapeConfigurations.decoder());
        provider.setJwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide);
        return new ProviderManager(provider);
    }

    @Configuration(proxyBeanMethods = false)
    static class HidingManager {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.authenticationManager(hidingManager())))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class EarlyFilter {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(
                            new ShapeConfigurations.TokenFilter(false), UsernamePasswordAuthenticationFilter.class)
                    .build();
        }
    }

    private static SecurityFilterChain withFilter(HttpSecurity http, Filter filter) throws Exception {
        return authenticated(http)
                .csrf(csrf -> csrf.disable())
                .addFilterBefore(filter, UsernamePasswordAuthenticationFilter.class)
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    static class DelegatedFilter {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return withFilter(http, new DelegatingFilterProxy(new ShapeConfigurations.TokenFilter(false)));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ComposedFilter {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            CompositeFilter composite = new CompositeFilter();
            composite.setFilters(List.of(new ShapeConfigurations.TokenFilter(false)));
            return withFilter(http, composite);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NestedChains {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return withFilter(
                    http,
                    new FilterChainProxy(new DefaultSecurityFilterChain(
                            AnyRequestMatcher.INSTANCE, new ShapeConfigurations.TokenFilter(false))));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LateFilter {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(new ShapeConfigurations.TokenFilter(true), AuthorizationFilter.class)
                    .build();
        }
    }

    /** Spring Security's general filter, with the application's converter and manager. */
    @Configuration(proxyBeanMethods = false)
    static class OwnAuthenticationFilter {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            BearerTokenAuthenticationConverter converter = new BearerTokenAuthenticationConverter();
            AuthenticationFilter filter = new AuthenticationFilter(
                    new ProviderManager(new JwtAuthenticationProvider(ShapeConfigurations.decoder())), converter);
            filter.setSuccessHandler((request, response, authentication) -> {});
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(filter, BasicAuthenticationFilter.class)
                    .build();
        }
    }

    /** As many tutorials write it. */
    private static Filter hidingFilter(JwtDecoder decoder) {
        return (request, response, chain) -> {
            String token = ((HttpServletRequest) request).getHeader("Authorization");
            try {
                Jwt jwt = decoder.decode(token.substring(7));
                SecurityContextHolder.getContext().setAuthentication(ShapeConfigurations.HidingConverter.hide(jwt));
            } catch (org.springframework.security.oauth2.jwt.JwtException refused) {
                ((HttpServletResponse) response).setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
                ((HttpServletResponse) response).setStatus(401);
                return;
            }
            chain.doFilter(request, response);
        };
    }

    @Configuration(proxyBeanMethods = false)
    static class HidingFilter {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(
                            hidingFilter(ShapeConfigurations.decoder()), UsernamePasswordAuthenticationFilter.class)
                    .build();
        }
    }

    /** To ask for a parameter reads the body of a form. */
    @Configuration(proxyBeanMethods = false)
    static class HidingFilterWithUnreadBody {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(
                            hidingFilter(ShapeConfigurations.decoder()), UsernamePasswordAuthenticationFilter.class)
                    .addFilterBefore(HidingFilterWithUnreadBody::unread, LogoutFilter.class)
                    .build();
        }

        private static void unread(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            chain.doFilter(
                    new HttpServletRequestWrapper((HttpServletRequest) request) {
                        @Override
                        public String getParameter(String name) {
                            throw new IllegalStateException("The body is the application's");
                        }
                    },
                    response);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HidingFilterWithOurDecoder {
        @Bean
        SecurityFilterChain chain(HttpSecurity http, SessionTrackingJwtValidator validator) throws Exception {
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(
                            hidingFilter(new SessionTrackingJwtDecoder(ShapeConfigurations.decoder(), validator)),
                            UsernamePasswordAuthenticationFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ThrowingFilter {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(
                            (request, response, chain) -> {
                                throw new BadCredentialsException("bad");
                            },
                            AuthorizationFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SpyingFilterAlone {

        int passed;

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(
                            (request, response, chain) -> {
                                passed++;
                                chain.doFilter(request, response);
                            },
                            AuthorizationFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SpyingFilter {

        final List<String> seen = new ArrayList<>();

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .addFilterBefore(this::spy, BasicAuthenticationFilter.class)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .build();
        }

        private void spy(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            seen.add(SecurityContextHolder.getContext().getAuthentication().getName());
            chain.doFilter(request, response);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBearerFilter {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilter(new BearerTokenAuthenticationFilter(
                            new ProviderManager(new JwtAuthenticationProvider(ShapeConfigurations.decoder()))))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnHidingBearerFilter {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .addFilter(new BearerTokenAuthenticationFilter(hidingManager()))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class JwtAndOpaque {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .authenticationProvider(introspecting())
                    .build();
        }
    }

    private static AuthenticationProvider introspecting() {
        return new OpaqueTokenAuthenticationProvider(token -> {
            if (!token.equals("opaque")) {
                throw new BadOpaqueTokenException("unknown");
            }
            return new OAuth2IntrospectionAuthenticatedPrincipal("alice", Map.of("sid", "of-the-server"), List.of());
        });
    }

    /** Its provider comes after that of the resource server. */
    static class OpaqueConfigurer extends AbstractHttpConfigurer<OpaqueConfigurer, HttpSecurity> {
        @Override
        public void init(HttpSecurity http) {
            http.authenticationProvider(introspecting());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class JwtThenOpaque {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .with(new OpaqueConfigurer())
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class DisguisedJwt {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())
                            .jwtAuthenticationConverter(token -> new BearerTokenAuthentication(
                                    new OAuth2IntrospectionAuthenticatedPrincipal("alice", Map.of("a", "b"), List.of()),
                                    new OAuth2AccessToken(
                                            OAuth2AccessToken.TokenType.BEARER, token.getTokenValue(), null, null),
                                    List.of()))))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HiddenEncrypted {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(decrypting())
                            .jwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide)))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class DecoratedEncrypted {
        @Bean
        SecurityFilterChain chain(HttpSecurity http, SessionTrackingJwtValidator validator) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server ->
                            server.jwt(jwt -> jwt.decoder(new SessionTrackingJwtDecoder(decrypting(), validator))
                                    .jwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide)))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnEntryPoint {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.authenticationEntryPoint((request, response, failure) -> {
                                response.setHeader(
                                        "X-Entry-Point", failure.getClass().getSimpleName());
                                response.setStatus(401);
                            })
                            .jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnDPoPFailureHandler {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder()))
                            .dPoP(dpop -> dpop.authenticationFailureHandler((request, response, failure) -> {
                                response.setHeader(
                                        "X-Failure-Handler", failure.getClass().getSimpleName());
                                response.setStatus(401);
                            })))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({ShapeConfigurations.InlineDecoder.class, StoreController.class})
    static class NeedsTheStore {}

    @RestController
    static class StoreController {
        @GetMapping("/needs-the-store")
        String needsTheStore() {
            throw new SessionStoreUnavailableException("down", null);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({ShapeConfigurations.DecoratedDecoder.class, DecodingController.class})
    static class DecodesAgain {}

    @RestController
    static class DecodingController {

        private final JwtDecoder decoder;

        private final dev.sessiontracking.security.RecordingSessions sessions;

        DecodingController(JwtDecoder decoder, dev.sessiontracking.security.RecordingSessions sessions) {
            this.decoder = decoder;
            this.sessions = sessions;
        }

        @GetMapping("/decode-again")
        String decodeAgain(org.springframework.security.core.Authentication authentication) {
            Jwt jwt = (Jwt) authentication.getPrincipal();
            sessions.revokeSession(jwt.getClaimAsString("sid"));
            try {
                decoder.decode(jwt.getTokenValue());
                return "accepted";
            } catch (org.springframework.security.oauth2.jwt.JwtValidationException refused) {
                return "refused";
            }
        }
    }
}
