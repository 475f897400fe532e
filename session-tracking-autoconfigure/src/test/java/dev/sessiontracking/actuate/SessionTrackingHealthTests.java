// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;

/** What health says of a real server, in every state that it can be in. */
class SessionTrackingHealthTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @AfterEach
    void removeUser() {
        redis.cli().command("ACL", "DELUSER", "limited");
    }

    private void run(ContextConsumer<AssertableApplicationContext> test, String... properties) {
        SessionTrackingHealthAutoConfigurationTests.RUNNER
                .withPropertyValues(redis.patientProperties())
                .withPropertyValues(properties)
                .run(test);
    }

    private static String urlOfLimitedUser() {
        return "session.tracking.redis-url=" + redis.url().replaceFirst("redis://([^@]*@)?", "redis://limited:right@");
    }

    private static Health health(AssertableApplicationContext context) {
        Health health = context.getBean(SessionTrackingHealthIndicator.class).health();
        assertThat(health).isNotNull();
        return health;
    }

    private static Object detail(Health health, String name, String part) {
        return ((Map<?, ?>) health.getDetails().get(name)).get(part);
    }

    @Test
    void upWhileTheServerAnswers() {
        run(context -> {
            assertThat(context.getBean(HealthContributorRegistry.class).getContributor("sessionTracking"))
                    .isNotNull();
            Health health = health(context);
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsEntry("state", "tracking")
                    .containsEntry("mode", "enforce")
                    .containsEntry("outagePolicy", "plain-jwt")
                    .containsEntry("pendingRevocations", 0)
                    .doesNotContainKeys("degraded", "outage", "misconfiguration");
        });
    }

    @Test
    void serverIsDescribed() {
        run(context -> await().untilAsserted(() -> {
            Health health = health(context);
            assertThat(detail(health, "server", "topology")).isEqualTo("standalone");
            assertThat(detail(health, "server", "url")).isEqualTo(redis.url() + "/0");
            assertThat(detail(health, "server", "version")).asString().matches("(Redis|Valkey) \\d+\\..*");
            assertThat(detail(health, "server", "evictionPolicy")).isEqualTo("noeviction");
        }));
    }

    @Test
    void nearCacheIsDescribed() {
        run(context -> {
            SessionService service = context.getBean(SessionService.class);
            String id = service.createSession("alice", SessionMetadata.none()).id();
            await().untilAsserted(() -> {
                service.isSessionValid(id);
                Health health = health(context);
                assertThat(detail(health, "nearCache", "status")).isEqualTo("on");
                assertThat(detail(health, "nearCache", "trusted")).isEqualTo(true);
                assertThat(detail(health, "nearCache", "size")).isIn(1L, 2L);
            });
        });
    }

    @Test
    void nearCacheThatIsOffSaysWhy() {
        run(
                context -> {
                    assertThat(detail(health(context), "nearCache", "status")).isEqualTo("off");
                    assertThat(detail(health(context), "nearCache", "reason"))
                            .isEqualTo("session.tracking.near-cache.enabled=false");
                },
                "session.tracking.near-cache.enabled=false");
    }

    @Test
    void outageUnderPlainJwtIsUpAndDegraded() {
        run(context -> {
            redis.server().kill();
            await().untilAsserted(() -> {
                Health health = health(context);
                assertThat(health.getDetails()).containsEntry("state", "outage");
                assertThat(health.getStatus()).isEqualTo(Status.UP);
                assertThat(health.getDetails()).containsEntry("degraded", true);
                assertThat(detail(health, "outage", "reason"))
                        .asString()
                        .containsAnyOf("connection was lost", "not connected", "no connection");
                assertThat(detail(health, "outage", "since")).isNotNull();
            });
            redis.server().start();
            await().untilAsserted(() -> assertThat(health(context).getDetails())
                    .containsEntry("state", "tracking")
                    .doesNotContainKey("degraded"));
        });
    }

    @Test
    void outageUnderRejectIsOutOfService() {
        run(
                context -> {
                    redis.server().kill();
                    await().untilAsserted(() ->
                            assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE));
                    redis.server().start();
                    await().untilAsserted(() ->
                            assertThat(health(context).getStatus()).isEqualTo(Status.UP));
                },
                "session.tracking.outage-policy=reject");
    }

    @Test
    void outageUnderRejectIsUpInTheModeObserve() {
        run(
                context -> {
                    redis.server().kill();
                    await().untilAsserted(() -> assertThat(health(context).getDetails())
                            .containsEntry("state", "outage")
                            .containsEntry("mode", "observe")
                            .containsEntry("degraded", true));
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                    redis.server().start();
                },
                "session.tracking.outage-policy=reject",
                "session.tracking.mode=observe");
    }

    @Test
    void pendingRevocationsAreCounted() {
        run(context -> {
            SessionService service = context.getBean(SessionService.class);
            String id = service.createSession("alice", SessionMetadata.none()).id();
            redis.server().kill();
            await().until(() -> health(context).getDetails().containsKey("degraded"));
            service.revokeSession(id);
            assertThat(health(context).getDetails())
                    .containsEntry("pendingRevocations", 1)
                    .containsEntry("rememberedRevocations", 1);
            redis.server().start();
        });
    }

    @Test
    void wrongPasswordIsDown() {
        redis.cli().command("ACL", "SETUSER", "limited", "on", ">right", "~*", "+@all");
        run(
                context -> {
                    Health health = health(context);
                    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(health.getDetails()).containsEntry("state", "misconfigured");
                    assertThat(health.getDetails().get("misconfiguration"))
                            .asString()
                            .contains("authentication failed");
                    assertThat(health.toString()).doesNotContain("wr0ng").doesNotContain("limited");
                },
                "session.tracking.redis-url="
                        + redis.url().replaceFirst("redis://([^@]*@)?", "redis://limited:wr0ng@"));
    }

    @Test
    void passwordThatWasChangedIsDownUntilItIsRightAgain() {
        redis.cli().command("ACL", "SETUSER", "limited", "on", ">right", "~*", "+@all");
        run(
                context -> {
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                    redis.cli().command("ACL", "SETUSER", "limited", "resetpass", ">changed");
                    redis.cli().command("CLIENT", "KILL", "USER", "limited");
                    await().untilAsserted(() -> {
                        assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
                        assertThat(health(context).getDetails().get("misconfiguration"))
                                .asString()
                                .contains("authentication failed");
                    });
                    redis.cli().command("ACL", "SETUSER", "limited", ">right");
                    await().untilAsserted(() ->
                            assertThat(health(context).getStatus()).isEqualTo(Status.UP));
                },
                urlOfLimitedUser());
    }

    @Test
    void missingRightIsDownUntilItIsGranted() {
        redis.cli().command("ACL", "SETUSER", "limited", "on", ">right", "~*", "+@all", "-zrange");
        run(
                context -> {
                    SessionService service = context.getBean(SessionService.class);
                    service.createSession("alice", SessionMetadata.none());
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                    assertThatThrownBy(() -> service.getUserSessions("alice"))
                            .isInstanceOf(SessionStoreUnavailableException.class);
                    await().untilAsserted(() -> {
                        assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
                        assertThat(health(context).getDetails().get("misconfiguration"))
                                .asString()
                                .contains("NOPERM");
                    });
                    redis.cli().command("ACL", "SETUSER", "limited", "+zrange");
                    service.getUserSessions("alice");
                    await().untilAsserted(() ->
                            assertThat(health(context).getStatus()).isEqualTo(Status.UP));
                },
                urlOfLimitedUser());
    }
}
