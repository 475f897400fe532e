// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static dev.sessiontracking.security.servlet.StoredContextTests.in;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.servlet.MvcTester.Chain;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

/** An HTTP session that has held several logins, one of them from a token that its authentication hides. */
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

    /** Replaces the authentication of alice for the rest of the request, or for later ones too. */
    private static Filter replacing(Function<Authentication, Authentication> change, boolean stores) {
        return (request, response, chain) -> {
            Authentication known = SecurityContextHolder.getContext().getAuthentication();
            if (known != null && known.getName().equals("alice")) {
                SecurityContextHolder.setContext(new SecurityContextImpl(change.apply(known)));
                if (stores) {
                    STORED.saveContext(
                            SecurityContextHolder.getContext(), (HttpServletRequest) request, (HttpServletResponse)
                                    response);
                }
            }
            chain.doFilter(request, response);
        };
    }

    /** A request with the token, then two with the HTTP session alone, the last one after the revocation. */
    private static void assertThatStoredContextIsChecked(Chain chain, String user) {
        MvcTester.run(chain, app -> {
            MockHttpSession browser = new MockHttpSession();
            String session = app.sessions().begin();
            assertThat(app.get("/me", in(browser), MvcTester.session(session)).getStatus())
                    .isEqualTo(200);
            assertThat(app.get("/me", in(browser)).getContentAsString()).isEqualTo(user);
            app.sessions().revokeSession(session);
            assertThat(app.get("/me", in(browser)).getStatus()).isEqualTo(401);
        });
    }

    @Test
    void contextIsCheckedAlthoughAFilterReplacesItsAuthentication() {
        Filter enriching = replacing(
                known -> UsernamePasswordAuthenticationToken.authenticated(known.getName(), "more", List.of()), false);
        assertThatStoredContextIsChecked(storing(BearerTokenAuthenticationFilter.class, enriching), "alice");
    }

    @Test
    void switchedUserIsCheckedByTheHiddenTokenOfTheOriginalOne() {
        Filter switching = replacing(
                known -> UsernamePasswordAuthenticationToken.authenticated(
                        "bob", null, List.of(new SwitchUserGrantedAuthority("PREVIOUS", known))),
                true);
        assertThatStoredContextIsChecked(storing(AuthorizationFilter.class, switching), "bob");
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

    @Test
    void loginWithAPasswordAfterATokenIsNotTiedToIt() {
        Chain chain = http -> {
            HIDING.configure(http);
            http.formLogin(Customizer.withDefaults())
                    .userDetailsService(new InMemoryUserDetailsManager(
                            User.withUsername("alice").password("{noop}secret").build()));
        };
        MvcTester.run(chain, app -> {
            MockHttpSession browser = new MockHttpSession();
            String session = app.sessions().begin();
            assertThat(app.get("/me", in(browser), MvcTester.session(session)).getStatus())
                    .isEqualTo(200);
            app.post("/login", in(browser), request -> {
                request.addParameter("username", "alice");
                request.addParameter("password", "secret");
                return request;
            });
            app.sessions().revokeSession(session);

            assertThat(app.get("/me", in(browser)).getContentAsString()).isEqualTo("alice");
        });
    }
}
