// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** The near cache against a real server: what it costs, and that it never outlives a revocation. */
class NearCacheTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class));

    private void run(Scenario scenario, String... properties) {
        runner.withPropertyValues("session.tracking.redis-url=" + redis.url())
                .withPropertyValues(properties)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    scenario.run(new Node(context));
                });
    }

    @Test
    void aCachedCheckSendsNoCommand() {
        run(node -> {
            UserSession session = node.login();
            node.awaitCached(session.id());
            redis.cli().resetStats();
            for (int i = 0; i < 20_000; i++) {
                assertThat(node.check(session.id())).isEqualTo(Result.LIVE_BY_CACHE);
            }
            Map<String, Long> counts = redis.cli().commandCounts();
            // Nothing but proofs and canaries, whose number depends on time and not on checks.
            assertThat(counts.values().stream().mapToLong(Long::longValue).sum())
                    .isLessThan(100);
        });
    }

    @Test
    void aDeleteByHandIsSeenByTheCache() {
        run(node -> {
            UserSession session = node.login();
            node.awaitCached(session.id());
            redis.cli().command("DEL", "session:" + session.id());
            await().until(() -> node.check(session.id()).status() == dev.sessiontracking.SessionStatus.ENDED);
        });
    }

    /** An earlier version keeps the field and renews the session for longer. */
    @Test
    void sessionPastItsAbsoluteEndIsRejectedWhoeverRenewedIt() {
        run(node -> {
            UserSession session = node.login();
            node.awaitCached(session.id());
            String key = "session:" + session.id();
            Instant end = Instant.now().plusSeconds(1);
            String value = String.valueOf(redis.cli().command("GET", key));
            redis.cli()
                    .command(
                            "SET",
                            key,
                            value.substring(0, value.length() - 1) + ",\"maxExpiresAt\":\"" + end + "\"}",
                            "KEEPTTL");
            await().until(() -> node.check(session.id()).status() == dev.sessiontracking.SessionStatus.ENDED);
            assertThat(Instant.now()).isAfterOrEqualTo(end);
            assertThat(redis.cli().command("EXISTS", key)).isEqualTo(1L);
        });
    }

    @Test
    void flushAllIsSeenByTheCache() {
        run(node -> {
            UserSession session = node.login();
            node.awaitCached(session.id());
            redis.cli().command("FLUSHALL");
            await().until(() -> node.check(session.id()).status() == dev.sessiontracking.SessionStatus.ENDED);
        });
    }

    @FunctionalInterface
    interface Scenario {
        void run(Node node);
    }

    static final class Node {

        final SessionService service;

        final SessionChecker checker;

        Node(ApplicationContext context) {
            this.service = context.getBean(SessionService.class);
            this.checker = context.getBean(SessionChecker.class);
            await().until(() ->
                    service.createSession("nobody", SessionMetadata.none()).tracked());
        }

        Result check(String sessionId) {
            return checker.check(TokenSession.of(sessionId));
        }

        /** On a machine that is busy the server may be there a moment after the application. */
        UserSession login() {
            return await().until(() -> service.createSession("alice", SessionMetadata.none()), UserSession::tracked);
        }

        void awaitCached(String sessionId) {
            await().until(() -> check(sessionId) == Result.LIVE_BY_CACHE);
        }
    }
}
