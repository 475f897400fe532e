// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.httpBasic;

import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.web.access.BearerTokenAccessDeniedHandler;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;

/**
 * Scenarios of Spring Security's own OAuth2ResourceServerConfigurerTests, with a mocked decoder whose Jwt is not the text
 * that was presented.
 */
class SpringSecurityScenarioTests {

    /** requestWhenRealmNameConfiguredThenUsesOnAccessDenied. */
    @Test
    void realmNameIsUsedWhenAccessIsDenied() {
        MvcTester.run(RealmName.class, app -> {
            MockHttpServletResponse answer = app.get("/me", MvcTester.bearer("insufficiently_scoped"));

            assertThat(answer.getStatus()).isEqualTo(403);
            assertThat(answer.getHeader("WWW-Authenticate")).startsWith("Bearer realm=\"myRealm\"");
        });
    }

    /** requestWhenDefaultAndResourceServerAccessDeniedHandlersThenMatchedByRequest. */
    @Test
    void accessDeniedHandlersAreMatchedByRequest() {
        MvcTester.run(TwoHandlers.class, app -> {
            MockHttpServletResponse basic = app.get("/me", httpBasic("basic-user", "basic-password"));
            MockHttpServletResponse bearer = app.get("/me", MvcTester.bearer("insufficiently_scoped"));

            assertThat(basic.getStatus()).isEqualTo(403);
            assertThat(basic.getHeader("WWW-Authenticate")).isNull();
            assertThat(bearer.getStatus()).isEqualTo(403);
            assertThat(bearer.getHeader("WWW-Authenticate")).startsWith("Bearer");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class MockedDecoder {

        @Bean
        JwtDecoder decoder() {
            JwtDecoder decoder = mock(JwtDecoder.class);
            given(decoder.decode(anyString()))
                    .willReturn(Jwt.withTokenValue("token")
                            .header("alg", "none")
                            .subject("mock-test-subject")
                            .build());
            return decoder;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(MockedDecoder.class)
    static class RealmName {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            BearerTokenAccessDeniedHandler handler = new BearerTokenAccessDeniedHandler();
            handler.setRealmName("myRealm");
            return http.authorizeHttpRequests(requests -> requests.anyRequest().denyAll())
                    .oauth2ResourceServer(
                            server -> server.accessDeniedHandler(handler).jwt(Customizer.withDefaults()))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(MockedDecoder.class)
    static class TwoHandlers {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().denyAll())
                    .exceptionHandling(handling ->
                            handling.defaultAccessDeniedHandlerFor(new AccessDeniedHandlerImpl(), request -> false))
                    .httpBasic(Customizer.withDefaults())
                    .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(User.withUsername("basic-user")
                    .password("{noop}basic-password")
                    .roles("USER")
                    .build());
        }
    }
}
