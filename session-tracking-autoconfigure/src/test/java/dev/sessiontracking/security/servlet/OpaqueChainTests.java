// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.TestIssuer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.web.SecurityFilterChain;

/**
 * JWTs on chains that take tokens as opaque: of an authorization server, whose session ids are its own, or of the
 * application, which says so by naming its issuer.
 */
@ExtendWith(OutputCaptureExtension.class)
class OpaqueChainTests {

    private static final String NOT_CHECKED = "accepted a JWT as an opaque token";

    private static void run(Class<?> chain, String issuers, MvcTester.ThrowingConsumer test) {
        MvcTester.run(
                MvcTester.runner()
                        .withUserConfiguration(chain)
                        .withPropertyValues("session.tracking.jwt.issuers=" + issuers),
                test);
    }

    @ParameterizedTest
    @ValueSource(classes = {DecodingIntrospector.class, AuthorizationServer.class, HidingConverter.class})
    void revokedSessionOfANamedIssuerIsRefused(Class<?> chain) {
        run(chain, TestIssuer.get().uri(), app -> {
            String live = app.sessions().begin();
            String revoked = app.revoked();

            assertThat(app.get("/me", MvcTester.session(live)).getStatus()).isEqualTo(200);
            assertThat(app.get("/me", MvcTester.session(revoked)).getStatus()).isEqualTo(401);
            assertThat(app.sessions().lookups(live)).isEqualTo(1);
            assertThat(app.sessions().lookups(revoked)).isEqualTo(1);
        });
    }

    @ParameterizedTest
    @ValueSource(classes = {DecodingIntrospector.class, AuthorizationServer.class, HidingConverter.class})
    void sessionOfANamedIssuerCanBeLoggedOut(Class<?> chain) {
        run(chain, TestIssuer.get().uri(), app -> {
            String session = app.sessions().begin();

            assertThat(app.post("/logout", MvcTester.session(session)).getStatus())
                    .isEqualTo(204);
            assertThat(app.sessions().revocations()).containsExactly(session);
        });
    }

    @ParameterizedTest
    @ValueSource(classes = {DecodingIntrospector.class, AuthorizationServer.class, HidingConverter.class})
    void sessionOfAForeignIssuerIsNotJudged(Class<?> chain, CapturedOutput output) {
        run(chain, "https://ours", app -> {
            assertThat(app.get("/me", MvcTester.session("of-the-server")).getStatus())
                    .isEqualTo(200);
            assertThat(app.sessions().lookups()).isEmpty();
            assertThat(output).doesNotContain(NOT_CHECKED);
        });
    }

    @ParameterizedTest
    @ValueSource(classes = {DecodingIntrospector.class, AuthorizationServer.class, HidingConverter.class})
    void withoutNamedIssuersNothingIsJudgedAndThatIsSaidOnce(Class<?> chain, CapturedOutput output) {
        run(chain, "", app -> {
            assertThat(app.get("/me", MvcTester.session("of-the-server")).getStatus())
                    .isEqualTo(200);
            assertThat(app.get("/me", MvcTester.session("another")).getStatus()).isEqualTo(200);
            assertThat(app.sessions().lookups()).isEmpty();
            assertThat(output).containsOnlyOnce(NOT_CHECKED);
            assertThat(output).contains("session.tracking.jwt.issuers");
        });
    }

    @Test
    void jwtWithoutASessionPasses(CapturedOutput output) {
        run(DecodingIntrospector.class, TestIssuer.get().uri(), app -> {
            assertThat(app.get("/me", MvcTester.session(null)).getStatus()).isEqualTo(200);
            assertThat(app.sessions().lookups()).isEmpty();
            assertThat(output).doesNotContain(NOT_CHECKED);
        });
    }

    private static HttpSecurity opaque(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .oauth2ResourceServer(server -> server.opaqueToken(Customizer.withDefaults()));
    }

    private static Jwt decode(String token) {
        try {
            return ShapeConfigurations.decoder().decode(token);
        } catch (JwtException bad) {
            throw new BadOpaqueTokenException("bad", bad);
        }
    }

    /** Is no introspection at all. */
    @Configuration(proxyBeanMethods = false)
    static class DecodingIntrospector {

        @Bean
        OpaqueTokenIntrospector introspector() {
            return token -> new DefaultOAuth2AuthenticatedPrincipal(
                    "alice", decode(token).getClaims(), List.of());
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return opaque(http).build();
        }
    }

    /** Answers as Spring Security's own introspectors make it of an authorization server's answer. */
    @Configuration(proxyBeanMethods = false)
    static class AuthorizationServer {

        @Bean
        OpaqueTokenIntrospector introspector() {
            return token -> new OAuth2IntrospectionAuthenticatedPrincipal(
                    "alice", decode(token).getClaims(), List.of());
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return opaque(http).build();
        }
    }

    /** Makes something of the token that does not carry it. */
    @Configuration(proxyBeanMethods = false)
    static class HidingConverter {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.opaqueToken(opaque -> opaque.introspector(
                                    token -> new DefaultOAuth2AuthenticatedPrincipal(
                                            "alice", decode(token).getClaims(), List.of()))
                            .authenticationConverter((token, principal) ->
                                    UsernamePasswordAuthenticationToken.authenticated("alice", "hidden", List.of()))))
                    .build();
        }
    }
}
