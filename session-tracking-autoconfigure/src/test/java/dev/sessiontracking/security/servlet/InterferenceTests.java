// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import org.springframework.web.filter.OncePerRequestFilter;

/** Other people's filters and credentials, beyond what every {@link Shape} must do. */
@ExtendWith(OutputCaptureExtension.class)
class InterferenceTests {

    @Test
    void rejectedRequestThatIsTriedAgainIsRejectedAgain() {
        MvcTester.run(TryingAgain.class, app -> {
            assertThat(app.get("/open/me", MvcTester.session(app.sessions().begin()))
                            .getContentAsString())
                    .isEqualTo("alice");
            MockHttpServletResponse answer = app.get("/open/me", MvcTester.session(app.revoked()));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getContentAsString()).isEmpty();
        });
    }

    @Test
    void rejectedRequestThatIsTriedAgainInFrontOfAResourceServerIsRejectedAgain() {
        MvcTester.run(TryingAgainInFront.class, app -> {
            MockHttpServletResponse answer = app.get(
                    "/open/me", header("X-Token", "Bearer " + TestIssuer.get().token(app.revoked())));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeaders("WWW-Authenticate")).hasSize(1);
            assertThat(answer.getContentAsString()).isEmpty();
        });
    }

    @Test
    void rejectionInAnOutageIsFinalToo() {
        MvcTester.run(TryingAgain.class, app -> {
            app.sessions().goDown(OutagePolicy.REJECT);

            MockHttpServletResponse answer = app.get("/open/me", MvcTester.session("any"));

            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(answer.getHeader("Retry-After")).isEqualTo("5");
        });
    }

    @Test
    void ruleForLiveSessionsAnswersThroughAFilterThatCatchesEverything() {
        MvcTester.run(LiveBehindExceptionFilter.class, app -> {
            String session = app.sessions().begin();
            app.sessions().goDown(OutagePolicy.PLAIN_JWT);

            MockHttpServletResponse answer = app.get("/me", MvcTester.session(session));

            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(answer.getHeader("Retry-After")).isEqualTo("5");
        });
    }

    @Test
    void apiKeyIsNotChecked() {
        for (Class<?> chain :
                List.of(InterferingShapes.ApiKeyByProvider.class, InterferingShapes.ApiKeyByResolver.class)) {
            MvcTester.run(chain, app -> {
                assertThat(app.get("/me", header("X-API-Key", InterferingShapes.API_KEY))
                                .getContentAsString())
                        .isEqualTo("alice");
                assertThat(app.get("/me", header("X-API-Key", "wrong")).getStatus())
                        .isEqualTo(401);
                assertThat(app.sessions().lookups()).isEmpty();
            });
        }
    }

    @Test
    void startupReportsThatOtherCredentialsAreNotChecked(CapturedOutput output) {
        MvcTester.run(
                InterferingShapes.ApiKeyByResolver.class,
                app -> assertThat(output)
                        .contains("The filter chain chain (any request) authenticates tokens in its own way")
                        .contains("API keys and other credentials are not"));
    }

    @Test
    void startupReportsFiltersThatMayHideTokens(CapturedOutput output) {
        MvcTester.run(HandWrittenTokens.Untold.class, app -> {
            assertThat(app.context().getBean(FilterChains.class).chains())
                    .containsExactly(
                            new FilterChains.Chain("chain", "any request", "none", true, false, List.of("JwtFilter")));
            assertThat(output)
                    .contains("The filter chain chain (any request) has filters of the application: JwtFilter")
                    .contains("cannot see whether one of them authenticates tokens")
                    .contains("RequestToken.verified(request, claims)")
                    .doesNotContain("Lambda");
        });
    }

    @Test
    void hiddenTokenWithoutLogoutIsWarnedOfOnce(CapturedOutput output) {
        MvcTester.run(HandWrittenTokens.Untold.class, app -> {
            for (int i = 0; i < 3; i++) {
                assertThat(app.get("/me", header("Authorization", "Token " + HandWrittenTokens.token("any")))
                                .getStatus())
                        .isEqualTo(200);
            }
            assertThat(output).containsOnlyOnce("a JWT that names a session, without checking the session");
        });
    }

    @Test
    void hiddenTokenInAHeaderOfItsOwnBesideAResourceServerIsWarnedOf(CapturedOutput output) {
        MvcTester.run(HandWrittenTokens.UntoldBesideAResourceServer.class, app -> {
            app.get("/me", MvcTester.session(app.sessions().begin()));
            assertThat(output).doesNotContain("without checking the session");
            app.get("/me", header("X-Auth-Token", HandWrittenTokens.token("any")));
            assertThat(output).containsOnlyOnce("a JWT that names a session, without checking the session");
        });
    }

    @Test
    void diagnosisOfHiddenTokensIsBounded(CapturedOutput output) {
        MvcTester.run(HandWrittenTokens.Untold.class, app -> {
            RequestPostProcessor withoutSession = header("Authorization", "Token " + HandWrittenTokens.token(null));
            for (int i = 0; i < 1000; i++) {
                app.get("/me", withoutSession);
            }
            app.get("/me", header("Authorization", "Token " + HandWrittenTokens.token("any")));
            assertThat(output).doesNotContain("without checking the session");
        });
    }

    @Test
    void tokenThatAFilterHasToldOfIsCheckedByItsClaims() {
        MvcTester.run(HandWrittenTokens.Told.class, app -> {
            String session = app.sessions().begin();
            assertThat(app.get("/me", header("Authorization", "Token " + HandWrittenTokens.token(session)))
                            .getStatus())
                    .isEqualTo(200);
            assertThat(app.sessions().lookups()).singleElement().satisfies(lookup -> {
                assertThat(lookup.sessionId()).isEqualTo(session);
                assertThat(lookup.userId()).isEqualTo("42");
            });
        });
    }

    @Test
    void ruleForLiveSessionsKnowsATokenThatAFilterHasToldOf() {
        MvcTester.run(LiveOnlyWithHandWrittenTokens.class, app -> {
            assertThat(app.get(
                                    "/me",
                                    header(
                                            "Authorization",
                                            HandWrittenTokens.token(
                                                    app.sessions().begin())))
                            .getStatus())
                    .isEqualTo(200);
            assertThat(app.get("/me", header("Authorization", HandWrittenTokens.token(null)))
                            .getStatus())
                    .isEqualTo(403);
        });
    }

    static RequestPostProcessor header(String name, String value) {
        return request -> {
            request.addHeader(name, value);
            return request;
        };
    }

    /** Continues the chain once more, as the same user, if the first answer is no good. */
    static class TryingAgainFilter extends OncePerRequestFilter {

        private final String header;

        TryingAgainFilter(String header) {
            this.header = header;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            Authentication authentication = new JwtAuthenticationToken(
                    ShapeConfigurations.decoder()
                            .decode(request.getHeader(header).substring(7)),
                    List.of());
            for (int i = 0; i < 2; i++) {
                SecurityContextHolder.getContext().setAuthentication(authentication);
                chain.doFilter(request, response);
                if (response.getStatus() < 400) {
                    return;
                }
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TryingAgain {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return InterferingShapes.authenticated(http)
                    .addFilterBefore(new TryingAgainFilter("Authorization"), UsernamePasswordAuthenticationFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TryingAgainInFront {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return InterferingShapes.authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .addFilterBefore(new TryingAgainFilter("X-Token"), UsernamePasswordAuthenticationFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LiveBehindExceptionFilter {

        @Bean
        SecurityFilterChain chain(HttpSecurity http, SessionAuthorization sessions) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().access(sessions.hasLiveSession()))
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .addFilterBefore(
                            (request, response, chain) -> {
                                try {
                                    chain.doFilter(request, response);
                                } catch (Exception any) {
                                    ((HttpServletResponse) response).setStatus(500);
                                }
                            },
                            LogoutFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Endpoints.class)
    static class LiveOnlyWithHandWrittenTokens {

        @Bean
        SecurityFilterChain chain(HttpSecurity http, SessionAuthorization sessions) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().access(sessions.hasLiveSession()))
                    .addFilterBefore(
                            new HandWrittenTokens.JwtFilter("Authorization", true),
                            UsernamePasswordAuthenticationFilter.class)
                    .build();
        }
    }
}
