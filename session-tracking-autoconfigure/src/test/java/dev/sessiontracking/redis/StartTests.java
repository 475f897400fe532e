// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The start of an application loads no client and waits for no server. Its first requests wait for the connection. */
class StartTests {

    /** Longer than any wait that these tests allow on a busy machine. */
    private static final String[] PATIENT = {
        "session.tracking.connect-timeout=60s", "session.tracking.command-timeout=60s"
    };

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final ScriptedRedisServer server = new ScriptedRedisServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void nothingConnectsWhileBeansAreCreated() {
        try (AnnotationConfigApplicationContext context = context(server.url(), LooksAround.class)) {
            context.getBeanFactory().registerSingleton("server", server);
            context.refresh();
            assertThat(context.getBean(LooksAround.class).connections).isZero();
            await().atMost(TestNode.PATIENCE).until(() -> server.count("HELLO") > 0);
        }
    }

    @Test
    void beanThatIsInitializedGetsATrackedSession() {
        try (AnnotationConfigApplicationContext context = context(redis.url(), LogsIn.class)) {
            context.refresh();
            assertThat(context.getBean(LogsIn.class).session)
                    .extracting(UserSession::tracked)
                    .isEqualTo(true);
        }
    }

    /** Whatever the timeouts are: the start does not wait, and the first requests wait together for two seconds. */
    @Test
    void silentServerDelaysNeitherTheStartNorLaterRequests() {
        server.script((client, command) -> List.of());
        long start = System.nanoTime();
        try (TestNode node = TestNode.at(server.url(), PATIENT)) {
            assertThat(List.of(node.check("a"), node.check("b"))).containsOnly(Result.UNVERIFIED);
            assertThat(node.service
                            .createSession("alice", SessionMetadata.none())
                            .tracked())
                    .isFalse();
            assertThat(node.bean(SessionTracking.class).state().outage()).isNotNull();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONGEST_WAIT);
        }
    }

    @Test
    void applicationThatEndsBeforeItsFirstRequestHasNothingToClose() {
        AnnotationConfigApplicationContext context = context(server.url());
        context.refresh();
        context.close();
        await().atMost(TestNode.PATIENCE)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("session-tracking-timer")));
    }

    private static AnnotationConfigApplicationContext context(String url, Class<?>... more) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        TestPropertyValues.of("session.tracking.redis-url=" + url).applyTo(context);
        context.register(RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class);
        if (more.length > 0) {
            context.register(more);
        }
        return context;
    }

    @Configuration(proxyBeanMethods = false)
    static class LooksAround {

        private long connections;

        @Bean
        SmartInitializingSingleton looks(ScriptedRedisServer server) {
            return () -> connections = server.count("HELLO");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LogsIn {

        private UserSession session;

        @Bean
        SmartInitializingSingleton logsIn(SessionService service) {
            return () -> session = service.createSession("alice", SessionMetadata.none());
        }
    }
}
