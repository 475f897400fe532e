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
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
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
                    SessionTrackingServletSecurityAutoConfiguration.class,
                    NoSessionAuthorizationAutoConfiguration.class))
            .withUserConfiguration(Endpoints.class, ShapeConfigurations.InlineDecoder.class)
            .withBean(MapStore.class);

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
            assertThat(context).doesNotHaveBean(NoSessionAuthorizationAutoConfiguration.class);
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

    static final class MapStore implements SessionStore {

        private final Map<String, UserSession> sessions = new ConcurrentHashMap<>();

        @Override
        public CompletionStage<Optional<UserSession>> create(UserSession session, Duration ttl) {
            return CompletableFuture.completedFuture(
                    sessions.putIfAbsent(session.id(), session) == null ? Optional.of(session) : Optional.empty());
        }

        @Override
        public CompletionStage<Boolean> exists(String sessionId) {
            return CompletableFuture.completedFuture(sessions.containsKey(sessionId));
        }

        @Override
        public CompletionStage<Optional<UserSession>> find(String sessionId) {
            return CompletableFuture.completedFuture(Optional.ofNullable(sessions.get(sessionId)));
        }

        @Override
        public CompletionStage<Boolean> renew(String sessionId, Duration ttl) {
            return exists(sessionId);
        }

        @Override
        public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId) {
            return CompletableFuture.completedFuture(sessions.remove(sessionId) != null);
        }

        @Override
        public CompletionStage<Long> reapplyRevocations(List<String> sessionIds) {
            return CompletableFuture.completedFuture(sessionIds.stream()
                    .filter(id -> sessions.remove(id) != null)
                    .count());
        }

        @Override
        public CompletionStage<List<String>> revokeAll(
                String userId,
                @Nullable Instant until,
                @Nullable String exceptSessionId,
                Consumer<String> beforeRemoval) {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public CompletionStage<List<UserSession>> findByUser(String userId) {
            return CompletableFuture.completedFuture(List.of());
        }
    }
}
