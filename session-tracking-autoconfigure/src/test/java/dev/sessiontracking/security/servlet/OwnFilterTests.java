// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.user;

import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.servlet.MvcTester.Chain;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.web.filter.CompositeFilter;
import org.springframework.web.filter.DelegatingFilterProxy;

/** Filters of the application that authenticate, wherever they stand in its chain. */
@ExtendWith(OutputCaptureExtension.class)
class OwnFilterTests {

    private static final Chain EARLY = before(UsernamePasswordAuthenticationFilter.class, tokenFilter());

    private static final Chain LATE = before(AuthorizationFilter.class, new FilterShapes.TokenFilter(true));

    private static Filter tokenFilter() {
        return new FilterShapes.TokenFilter(false);
    }

    private static Chain before(Class<? extends Filter> other, Filter filter) {
        return http -> http.csrf(csrf -> csrf.disable()).addFilterBefore(filter, other);
    }

    /** Spring Security's general filter, with the application's converter and manager. */
    private static Chain generalFilter() {
        AuthenticationFilter filter = new AuthenticationFilter(
                new ProviderManager(new JwtAuthenticationProvider(ShapeConfigurations.decoder())),
                new BearerTokenAuthenticationConverter());
        filter.setSuccessHandler((request, response, authentication) -> {});
        return before(BasicAuthenticationFilter.class, filter);
    }

    /** As many tutorials write it. */
    private static Filter hidingFilter(JwtDecoder decoder) {
        return (request, response, chain) -> {
            String token = ((HttpServletRequest) request).getHeader("Authorization");
            try {
                Jwt jwt = decoder.decode(token.substring(7));
                SecurityContextHolder.getContext().setAuthentication(ShapeConfigurations.HidingConverter.hide(jwt));
            } catch (JwtException refused) {
                ((HttpServletResponse) response).setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
                ((HttpServletResponse) response).setStatus(401);
                return;
            }
            chain.doFilter(request, response);
        };
    }

    private static Chain hidingFilter() {
        return before(UsernamePasswordAuthenticationFilter.class, hidingFilter(ShapeConfigurations.decoder()));
    }

    @Test
    void filterBeforeThePasswordFilterIsChecked() {
        MvcTester.run(EARLY, MvcTester::assertRefusesRevoked);
    }

    @Test
    void filterRightBeforeAuthorizationIsChecked() {
        MvcTester.run(LATE, MvcTester::assertRefusesRevoked);
    }

    @Test
    void filtersAfterTheLogoutFilterAuthenticateALogout() {
        for (Chain chain : List.of(EARLY, LATE, generalFilter())) {
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
    void filterAnswersALogoutThatItRefuses() {
        MvcTester.run(EARLY, app -> {
            MockHttpServletResponse answer = app.post("/logout", MvcTester.bearer("garbage"));

            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeader("WWW-Authenticate")).contains("invalid_token");
            assertThat(app.post("/logout").getRedirectedUrl()).isEqualTo("/login?logout");
        });
    }

    @Test
    void filterThatThrowsInALogoutIsAnsweredAsInAnyRequest() {
        Filter throwing = (request, response, chain) -> {
            throw new BadCredentialsException("bad");
        };
        MvcTester.run(before(AuthorizationFilter.class, throwing), app -> {
            int status = app.get("/me", MvcTester.bearer("garbage")).getStatus();

            assertThat(app.post("/logout", MvcTester.bearer("garbage")).getStatus())
                    .isEqualTo(status)
                    .isEqualTo(403);
            assertThat(app.sessions().revocations()).isEmpty();
        });
    }

    @Test
    void filterIsLeftAloneInALogoutThatIsAuthenticatedAlready() {
        AtomicInteger passed = new AtomicInteger();
        Filter counting = (request, response, chain) -> {
            passed.incrementAndGet();
            chain.doFilter(request, response);
        };
        MvcTester.run(before(AuthorizationFilter.class, counting), app -> {
            app.post("/logout", user("alice"));
            assertThat(passed).hasValue(0);
            app.get("/me", user("alice"));
            assertThat(passed).hasValue(1);
        });
    }

    @Test
    void filterThatHidesTheTokenIsWarnedOfOnce(CapturedOutput output) {
        MvcTester.run(hidingFilter(), app -> {
            assertThat(app.get("/me", MvcTester.session(null)).getStatus()).isEqualTo(200);
            assertThat(output).doesNotContain("does not contain the Jwt");
            assertThat(app.get("/me", MvcTester.session("any")).getStatus()).isEqualTo(200);
            assertThat(app.get("/me", MvcTester.session("another")).getStatus()).isEqualTo(200);
            assertThat(output)
                    .containsOnlyOnce(
                            UsernamePasswordAuthenticationToken.class.getName() + " does not contain the Jwt");
        });
    }

    /** To ask for a parameter reads the body of a form. */
    @Test
    void lookForAHiddenTokenLeavesTheBodyUnread(CapturedOutput output) {
        Chain unreadBody = http -> {
            hidingFilter().configure(http);
            http.addFilterBefore(OwnFilterTests::failWhenParametersAreRead, LogoutFilter.class);
        };
        MvcTester.run(unreadBody, app -> {
            assertThat(app.get("/me", MvcTester.session("any")).getStatus()).isEqualTo(200);
            assertThat(output).containsOnlyOnce("without checking the session");
        });
    }

    private static void failWhenParametersAreRead(ServletRequest request, ServletResponse response, FilterChain chain)
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

    @Test
    void filterMayHideWhatItHasDecodedWithOurDecoder(CapturedOutput output) {
        Chain ourDecoder = http -> {
            SessionTrackingJwtValidator validator =
                    http.getSharedObject(ApplicationContext.class).getBean(SessionTrackingJwtValidator.class);
            JwtDecoder decoder = validator.decorate(ShapeConfigurations.decoder());
            before(UsernamePasswordAuthenticationFilter.class, hidingFilter(decoder))
                    .configure(http);
        };
        MvcTester.run(ourDecoder, app -> {
            app.assertRefusesRevoked();
            app.assertLogsOut();
            assertThat(output).doesNotContain("does not contain the Jwt");
        });
    }

    @Test
    void filterInsideAnotherFilterIsChecked() {
        CompositeFilter composite = new CompositeFilter();
        composite.setFilters(List.of(tokenFilter()));
        FilterChainProxy nested =
                new FilterChainProxy(new DefaultSecurityFilterChain(AnyRequestMatcher.INSTANCE, tokenFilter()));
        for (Filter outer : List.of(new DelegatingFilterProxy(tokenFilter()), composite, nested)) {
            MvcTester.run(before(UsernamePasswordAuthenticationFilter.class, outer), app -> {
                app.assertRefusesRevoked();
                app.assertLogsOut();
            });
        }
    }

    @Test
    void filtersAfterTheBearerFilterNeverSeeARevokedToken() {
        List<String> seen = new ArrayList<>();
        Filter spy = (request, response, chain) -> {
            seen.add(SecurityContextHolder.getContext().getAuthentication().getName());
            chain.doFilter(request, response);
        };
        Chain spied = http -> http.addFilterBefore(spy, BasicAuthenticationFilter.class)
                .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())));
        MvcTester.run(spied, app -> {
            assertThat(app.get("/me", MvcTester.session(app.revoked())).getStatus())
                    .isEqualTo(401);
            assertThat(seen).isEmpty();
            app.get("/me", MvcTester.session(app.sessions().begin()));
            assertThat(seen).containsExactly("alice");
        });
    }

    private static Chain ownBearerFilter(JwtAuthenticationProvider provider) {
        return http -> http.csrf(csrf -> csrf.disable())
                .addFilter(new BearerTokenAuthenticationFilter(new ProviderManager(provider)));
    }

    @Test
    void bearerFilterThatTheApplicationMadeIsCheckedAndLoggedOut() {
        MvcTester.run(ownBearerFilter(new JwtAuthenticationProvider(ShapeConfigurations.decoder())), app -> {
            app.assertRefusesRevoked();
            app.assertLogsOut();
        });
    }

    @Test
    void bearerFilterThatTheApplicationMadeCannotHideTheToken() {
        JwtAuthenticationProvider hiding = new JwtAuthenticationProvider(ShapeConfigurations.decoder());
        hiding.setJwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide);
        MvcTester.run(ownBearerFilter(hiding), app -> {
            String live = app.sessions().begin();

            assertThat(app.get("/me", MvcTester.session(live)).getStatus()).isEqualTo(401);
        });
    }
}
