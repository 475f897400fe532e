// SPDX-License-Identifier: Apache-2.0
package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.user;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.test.InMemorySessionStore;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** The code of docs/migrating.md, with old tokens beside new ones. */
class MigrationTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private interface Migration {
        void accept(WebApplicationContext context) throws Exception;
    }

    private void run(Class<?> application, Migration migration) {
        new WebApplicationContextRunner()
                .withUserConfiguration(Api.class, application)
                .withBean(InMemorySessionStore.class)
                .withPropertyValues(
                        "spring.data.redis.url=" + redis.url(), "app.signing-secret=0123456789abcdef0123456789abcdef")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    migration.accept(context);
                });
    }

    private static MockHttpServletResponse perform(WebApplicationContext context, MockHttpServletRequestBuilder request)
            throws Exception {
        return MockMvcBuilders.webAppContextSetup(context)
                .apply(springSecurity())
                .build()
                .perform(request)
                .andReturn()
                .getResponse();
    }

    private static int get(WebApplicationContext context, String token) throws Exception {
        return perform(context, bearer(MockMvcRequestBuilders.get("/api"), token))
                .getStatus();
    }

    private static MockHttpServletRequestBuilder bearer(MockHttpServletRequestBuilder request, String token) {
        return request.header("Authorization", "Bearer " + token);
    }

    private static void assertNewTokensAreTracked(WebApplicationContext context) throws Exception {
        SessionService sessions = context.getBean(SessionService.class);
        String id = sessions.createSession("alice", SessionMetadata.none()).id();
        assertThat(get(context, TestIssuer.get().token(id))).isEqualTo(200);
        sessions.revokeSession(id);
        assertThat(get(context, TestIssuer.get().token(id))).isEqualTo(401);
    }

    @Test
    void fromAHandWrittenHasKey() {
        run(HasKey.class, context -> {
            String old = TestIssuer.get().sign(claims -> claims.jwtID("one"));
            context.getBean(StringRedisTemplate.class).opsForValue().set("token:one", "alice");
            assertThat(get(context, old)).isEqualTo(200);
            redis.cli().command("DEL", "token:one");
            assertThat(get(context, old)).isEqualTo(401);
            assertNewTokensAreTracked(context);
        });
    }

    @Test
    void fromAJtiDenylist() {
        run(Denylist.class, context -> {
            String old = TestIssuer.get().sign(claims -> claims.jwtID("one"));
            assertThat(get(context, old)).isEqualTo(200);
            assertThat(perform(context, bearer(MockMvcRequestBuilders.post("/logout"), old))
                            .getStatus())
                    .isEqualTo(200);
            assertThat(get(context, old)).isEqualTo(401);
            String withoutId = TestIssuer.get().sign(claims -> {});
            perform(context, bearer(MockMvcRequestBuilders.post("/logout"), withoutId));
            assertThat(get(context, withoutId)).as("no other token is meant").isEqualTo(200);
            assertNewTokensAreTracked(context);
        });
    }

    @Test
    void fromSpringSession() {
        run(Cookies.class, context -> {
            MockHttpSession cookie = new MockHttpSession();
            MockHttpServletResponse response = perform(
                    context,
                    MockMvcRequestBuilders.post("/tokens")
                            .session(cookie)
                            .with(user("alice"))
                            .with(csrf()));
            assertThat(response.getStatus()).isEqualTo(200);
            String token = JsonMapper.shared()
                    .readTree(response.getContentAsString())
                    .get("accessToken")
                    .asString();
            assertThat(context.getBean(JwtDecoder.class).decode(token).getExpiresAt())
                    .isBefore(Instant.now().plusSeconds(3_600));
            assertThat(get(context, token)).isEqualTo(200);
            assertThat(cookie.isInvalid()).isTrue();
            SessionService sessions = context.getBean(SessionService.class);
            assertThat(sessions.revokeAllUserSessions("alice").count()).isEqualTo(1);
            assertThat(get(context, token)).isEqualTo(401);
            assertThat(perform(context, MockMvcRequestBuilders.post("/tokens").with(csrf()))
                            .getStatus())
                    .isNotEqualTo(200);
        });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @Bean
        Controller controller() {
            return new Controller();
        }
    }

    @RestController
    static class Controller {

        @GetMapping("/api")
        String api() {
            return "ok";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HasKey {

        @Bean
        JwtDecoder jwtDecoder() {
            return NimbusJwtDecoder.withJwkSetUri(TestIssuer.get().jwkSetUri()).build();
        }

        @Bean
        SecurityFilterChain api(HttpSecurity http, StringRedisTemplate redis) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .addFilterAfter(new OldTokenFilter(redis), BearerTokenAuthenticationFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(JtiDenylist.class)
    static class Denylist {

        @Bean
        JwtDecoder jwtDecoder(JtiDenylist denylist) {
            NimbusJwtDecoder decoder =
                    NimbusJwtDecoder.withJwkSetUri(TestIssuer.get().jwkSetUri()).build();
            decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(JwtValidators.createDefault(), denylist));
            return decoder;
        }

        @Bean
        SecurityFilterChain api(HttpSecurity http, JtiDenylist denylist) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .logout(logout -> logout.addLogoutHandler(denylist))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({TokenService.class, TokenExchange.class})
    static class Cookies {

        @Bean
        @Order(1)
        SecurityFilterChain cookies(HttpSecurity http) {
            return http.securityMatcher("/tokens", "/login")
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .formLogin(withDefaults())
                    .build();
        }

        @Bean
        SecurityFilterChain api(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .build();
        }
    }
}
