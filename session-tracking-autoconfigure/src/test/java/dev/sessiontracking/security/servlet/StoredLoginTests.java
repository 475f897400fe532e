// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static dev.sessiontracking.security.servlet.StoredContextTests.in;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.servlet.MvcTester.Chain;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

/** Stored contexts whose authentication hides the token that created it, and is replaced later. */
class StoredLoginTests {
    private static final HttpSessionSecurityContextRepository STORED = new HttpSessionSecurityContextRepository();

    private static final Chain HIDING = http -> http.csrf(csrf -> csrf.disable())
            .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())
                    .jwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide)));

    /** Whose bearer filter stores the context, and that has one more filter. */
    private static Chain storing(Class<? extends Filter> before, Filter filter) {
        return http -> {
            HIDING.configure(http);
            http.oauth2ResourceServer(server ->
                    server.withObjectPostProcessor(new ObjectPostProcessor<BearerTokenAuthenticationFilter>() {
                        @Override
                        public <O extends BearerTokenAuthenticationFilter> O postProcess(O bearer) {
                            bearer.setSecurityContextRepository(STORED);
                            return bearer;
                        }
                    }));
            http.addFilterAfter(filter, before);
        };
    }

    private static Authentication current() {
        return SecurityContextHolder.getContext().getAuthentication();
    }

    @Test
    void contextIsCheckedAlthoughAFilterReplacesItsAuthenticationForAWhile() {
        Filter enriching = (request, response, chain) -> {
            SecurityContext before = SecurityContextHolder.getContext();
            SecurityContextHolder.setContext(new SecurityContextImpl(
                    UsernamePasswordAuthenticationToken.authenticated(current().getName(), "more", List.of())));
            try {
                chain.doFilter(request, response);
            } finally {
                SecurityContextHolder.setContext(before);
            }
        };
        MvcTester.run(storing(BearerTokenAuthenticationFilter.class, enriching), app -> {
            MockHttpSession browser = new MockHttpSession();
            String session = app.sessions().begin();
            assertThat(app.get("/me", in(browser), MvcTester.session(session)).getStatus())
                    .isEqualTo(200);
            assertThat(app.get("/me", in(browser)).getContentAsString()).isEqualTo("alice");
            app.sessions().revokeSession(session);
            assertThat(app.get("/me", in(browser)).getStatus()).isEqualTo(401);
        });
    }

    @Test
    void switchedUserIsCheckedByTheHiddenTokenOfTheOriginalOneAndAfterwardsToo() {
        Filter switching = (request, response, chain) -> {
            String way = ((HttpServletRequest) request).getHeader("X-Switch");
            if (way != null) {
                SecurityContextHolder.setContext(new SecurityContextImpl(
                        way.equals("in")
                                ? UsernamePasswordAuthenticationToken.authenticated(
                                        "bob", null, List.of(new SwitchUserGrantedAuthority("PREVIOUS", current())))
                                : ((SwitchUserGrantedAuthority) current()
                                                .getAuthorities()
                                                .iterator()
                                                .next())
                                        .getSource()));
                STORED.saveContext(
                        SecurityContextHolder.getContext(), (HttpServletRequest) request, (HttpServletResponse)
                                response);
            }
            chain.doFilter(request, response);
        };
        MvcTester.run(storing(AuthorizationFilter.class, switching), app -> {
            for (List<String> ways : List.of(List.of("in"), List.of("in", "out"))) {
                MockHttpSession browser = new MockHttpSession();
                String session = app.sessions().begin();
                app.get("/me", in(browser), MvcTester.session(session));
                ways.forEach(way -> app.get("/me", in(browser), request -> {
                    request.addHeader("X-Switch", way);
                    return request;
                }));
                assertThat(app.get("/me", in(browser)).getContentAsString())
                        .isEqualTo(ways.size() == 1 ? "bob" : "alice");
                app.sessions().revokeSession(session);
                assertThat(app.get("/me", in(browser)).getStatus()).isEqualTo(401);
            }
        });
    }

    @Test
    void contextIsCheckedWhileTheRequestOfTheTokenStillRuns() {
        MockHttpSession browser = new MockHttpSession();
        Filter behind = (request, response, chain) -> {
            assertThat(browser.getAttribute("dev.sessiontracking.TOKEN_SESSIONS"))
                    .isNotNull();
            chain.doFilter(request, response);
        };
        MvcTester.run(storing(BearerTokenAuthenticationFilter.class, behind), app -> {
            String session = app.sessions().begin();
            assertThat(app.get("/me", in(browser), MvcTester.session(session)).getStatus())
                    .isEqualTo(200);
        });
    }
}
