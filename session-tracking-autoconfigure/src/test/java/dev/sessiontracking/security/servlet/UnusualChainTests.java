// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.servlet.MvcTester.Chain;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.convert.converter.Converter;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.resource.OAuth2ResourceServerConfigurer;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Chains that are put together in less usual ways. */
@ExtendWith(OutputCaptureExtension.class)
class UnusualChainTests {

    private static Chain resourceServer(Customizer<OAuth2ResourceServerConfigurer<HttpSecurity>> more) {
        return http -> http.oauth2ResourceServer(
                        server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                .oauth2ResourceServer(more);
    }

    private static Chain converted(Converter<Jwt, AbstractAuthenticationToken> converter) {
        return resourceServer(server -> server.jwt(jwt -> jwt.jwtAuthenticationConverter(converter)));
    }

    /** Which also hides the token. */
    private static Chain decoded(JwtDecoder decoder) {
        return resourceServer(server -> server.jwt(
                jwt -> jwt.decoder(decoder).jwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide)));
    }

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

    static RequestPostProcessor cookie(String session) {
        return request -> {
            request.setCookies(new Cookie("token", TestIssuer.get().token(session)));
            return request;
        };
    }

    @Test
    void managerThatHidesTheTokenIsRefusedWithOneWarning(CapturedOutput output) {
        JwtAuthenticationProvider provider = new JwtAuthenticationProvider(ShapeConfigurations.decoder());
        provider.setJwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide);
        Chain hidingManager = http -> http.oauth2ResourceServer(
                server -> server.jwt(jwt -> jwt.authenticationManager(new ProviderManager(provider))));
        MvcTester.run(hidingManager, app -> {
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

    @Test
    void opaqueTokenBesideJwtsIsNotJudged() {
        Chain opaqueFirst = http -> {
            resourceServer(Customizer.withDefaults()).configure(http);
            http.authenticationProvider(introspecting());
        };
        Chain jwtFirst = http -> {
            resourceServer(Customizer.withDefaults()).configure(http);
            http.with(new OpaqueConfigurer());
        };
        for (Chain chain : List.of(opaqueFirst, jwtFirst)) {
            MvcTester.run(chain, app -> {
                assertThat(app.get("/me", MvcTester.bearer("opaque")).getStatus())
                        .isEqualTo(200);
                assertThat(app.sessions().lookups()).isEmpty();
                app.assertRefusesRevoked();
            });
        }
    }

    @Test
    void introspectedPrincipalMadeOfAJwtIsJudgedByTheJwt() {
        Chain disguised = converted(token -> new BearerTokenAuthentication(
                new OAuth2IntrospectionAuthenticatedPrincipal("alice", Map.of("a", "b"), List.of()),
                new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, token.getTokenValue(), null, null),
                List.of()));
        MvcTester.run(disguised, MvcTester::assertRefusesRevoked);
    }

    /** Only the decoder can read the token. */
    private static JwtDecoder decrypting() {
        JwtDecoder nested = new InterferingShapes.DecryptingDecoder().jwtDecoder();
        return token -> {
            Jwt inner = nested.decode(token);
            return Jwt.withTokenValue(token)
                    .headers(headers -> headers.putAll(inner.getHeaders()))
                    .claims(claims -> claims.putAll(inner.getClaims()))
                    .build();
        };
    }

    private static RequestPostProcessor encrypted(String session) {
        return MvcTester.bearer(InterferingShapes.encrypted(TestIssuer.get().token(session)));
    }

    @Test
    void encryptedTokenThatIsHiddenIsRefused() {
        MvcTester.run(decoded(decrypting()), app -> {
            String live = app.sessions().begin();

            assertThat(app.get("/me", encrypted(live)).getStatus()).isEqualTo(401);
        });
    }

    @Test
    void encryptedTokenIsJudgedWhereItsDecoderIsOurs() {
        Chain ours = http -> decoded(http.getSharedObject(ApplicationContext.class)
                        .getBean(SessionTrackingJwtValidator.class)
                        .decorate(decrypting()))
                .configure(http);
        MvcTester.run(ours, app -> {
            String live = app.sessions().begin();
            String revoked = app.revoked();

            assertThat(app.get("/me", encrypted(live)).getStatus()).isEqualTo(200);
            assertThat(app.sessions().lookups(live)).isEqualTo(1);
            assertThat(app.get("/me", encrypted(revoked)).getStatus()).isEqualTo(401);
        });
    }

    private static void answer(HttpServletResponse response, String who, Exception failure) {
        response.setHeader(who, failure.getClass().getSimpleName());
        response.setStatus(401);
    }

    @Test
    void chainsOwnEntryPointAnswers() {
        Chain ownEntryPoint = resourceServer(server -> server.authenticationEntryPoint(
                (request, response, failure) -> answer(response, "X-Entry-Point", failure)));
        MvcTester.run(ownEntryPoint, app -> {
            MockHttpServletResponse answer = app.get("/me", MvcTester.session(app.revoked()));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeader("X-Entry-Point")).isEqualTo("RejectedTokenException");
        });
    }

    @Test
    void chainsOwnDPoPFailureHandlerAnswers() {
        Chain ownHandler = resourceServer(server -> server.dPoP(dpop -> dpop.authenticationFailureHandler(
                (request, response, failure) -> answer(response, "X-Failure-Handler", failure))));
        MvcTester.run(ownHandler, app -> {
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
    void applicationThatDecodesAgainGetsAFreshAnswer() {
        MvcTester.run(DecodesAgain.class, app -> {
            String session = app.sessions().begin();

            MockHttpServletResponse answer = app.get("/decode-again", MvcTester.session(session));

            assertThat(answer.getContentAsString()).isEqualTo("refused");
            assertThat(app.sessions().lookups(session)).isEqualTo(2);
        });
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
