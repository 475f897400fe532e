// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import dev.sessiontracking.test.InMemorySessionStore;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.web.OAuth2ResourceServerWebSecurityAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;

/** An application that keeps its sessions itself, and names no Redis. */
class OwnStoreTests {

    static final WebApplicationContextRunner RUNNER = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DispatcherServletAutoConfiguration.class,
                    WebMvcAutoConfiguration.class,
                    SecurityAutoConfiguration.class,
                    ServletWebSecurityAutoConfiguration.class,
                    OAuth2ResourceServerAutoConfiguration.class,
                    OAuth2ResourceServerWebSecurityAutoConfiguration.class,
                    RedisSessionStoreAutoConfiguration.class,
                    SessionTrackingAutoConfiguration.class,
                    SessionTrackingJwtAutoConfiguration.class,
                    SessionTrackingServletSecurityAutoConfiguration.class));

    private final WebApplicationContextRunner runner = RUNNER.withUserConfiguration(
                    Endpoints.class, ShapeConfigurations.InlineDecoder.class)
            .withBean(InMemorySessionStore.class);

    @Test
    void refusesRevokedTokens() {
        runner.run(context -> {
            SessionService sessions = context.getBean(SessionService.class);
            UserSession live = sessions.createSession("alice", SessionMetadata.none());
            UserSession revoked = sessions.createSession("alice", SessionMetadata.none());
            sessions.revokeSession(revoked.id());

            assertThat(status(context, live.id())).isEqualTo(200);
            assertThat(status(context, revoked.id())).isEqualTo(401);
            assertThat(status(context, "never-registered")).isEqualTo(401);
            assertThat(context).hasSingleBean(SessionAuthorization.class);
        });
    }

    @Test
    void checksNothingWhenTrackingIsSwitchedOff() {
        runner.withPropertyValues("session.tracking.enabled=false").run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(SessionLogoutHandler.class);
            assertThat(status(context, "never-registered")).isEqualTo(200);
        });
    }

    private static int status(AssertableWebApplicationContext context, String session) throws Exception {
        assertThat(context).hasNotFailed();
        MockMvc mvc = MockMvcBuilders.webAppContextSetup(context)
                .apply(springSecurity())
                .build();
        return mvc.perform(MockMvcRequestBuilders.get("/me").with(MvcTester.session(session)))
                .andReturn()
                .getResponse()
                .getStatus();
    }
}
