// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;

/** Who did what to whose session, with nothing in it that could be used. */
class SessionTrackingAuditAutoConfigurationTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AuditAutoConfiguration.class,
                    RedisSessionStoreAutoConfiguration.class,
                    SessionTrackingAutoConfiguration.class,
                    SessionTrackingActuatorAutoConfiguration.class));

    private void run(ContextConsumer<AssertableApplicationContext> test, String... properties) {
        runner.withBean(InMemoryAuditEventRepository.class)
                .withBean(PrincipalSource.class, () -> () -> "the-admin")
                .withPropertyValues(redis.patientProperties())
                .withPropertyValues(properties)
                .run(test);
    }

    private static List<AuditEvent> audited(AssertableApplicationContext context) {
        return context.getBean(InMemoryAuditEventRepository.class).find(null, null, null);
    }

    private static UserSession login(AssertableApplicationContext context) {
        return context.getBean(SessionService.class)
                .createSession("alice", SessionMetadata.of("203.0.113.7", "Firefox"));
    }

    @Test
    void creationIsAudited() {
        run(context -> {
            UserSession session = login(context);
            assertThat(audited(context)).singleElement().satisfies(event -> {
                assertThat(event.getType()).isEqualTo("SESSION_CREATED");
                assertThat(event.getPrincipal()).isEqualTo("alice");
                assertThat(event.getData())
                        .containsEntry("session", SessionIds.hash(session.id()))
                        .containsEntry("tracked", true);
            });
        });
    }

    @Test
    void revocationIsAuditedWithWhoDidIt() {
        run(context -> {
            UserSession session = login(context);
            context.getBean(SessionService.class).revokeAllUserSessions("alice");
            assertThat(audited(context)).last().satisfies(event -> {
                assertThat(event.getType()).isEqualTo("SESSION_REVOKED");
                assertThat(event.getPrincipal()).isEqualTo("the-admin");
                assertThat(event.getData())
                        .containsEntry("operation", "all")
                        .containsEntry("user", "alice")
                        .containsEntry("count", 1)
                        .containsEntry("sessions", List.of(SessionIds.hash(session.id())));
            });
        });
    }

    @Test
    void revocationDuringAnOutageIsAuditedAsPending() {
        run(context -> {
            UserSession session = login(context);
            redis.server().kill();
            await().until(() -> context.getBean(SessionTracking.class).state().outage() != null);
            context.getBean(SessionService.class).revokeSession(session.id());
            assertThat(audited(context))
                    .last()
                    .satisfies(event -> assertThat(event.getData())
                            .containsEntry("pending", true)
                            .containsEntry("session", SessionIds.hash(session.id())));
            redis.server().start();
        });
    }

    @Test
    void rejectionIsAudited() {
        run(context -> {
            context.getBean(SessionTracking.class)
                    .rejections()
                    .rejected(RequestRejected.Reason.ENDED, "the-id", "alice");
            assertThat(audited(context)).singleElement().satisfies(event -> {
                assertThat(event.getType()).isEqualTo("SESSION_REJECTED");
                assertThat(event.getPrincipal()).isEqualTo("alice");
                assertThat(event.getData())
                        .containsEntry("reason", "ended")
                        .containsEntry("session", SessionIds.hash("the-id"));
            });
        });
    }

    @Test
    void nothingShowsIdsAddressesOrUserAgents() {
        run(context -> {
            UserSession session = login(context);
            context.getBean(SessionService.class).revokeSession(session.id());
            assertThat(audited(context).toString()).doesNotContain(session.id(), "203.0.113.7", "Firefox");
        });
    }

    @Test
    void backsOffWithoutARepository() {
        runner.withPropertyValues("session.tracking.redis-url=" + redis.url())
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SessionAuditListener.class));
    }

    @Test
    void offWhereAuditingIsOff() {
        run(
                context -> assertThat(context).doesNotHaveBean(SessionAuditListener.class),
                "management.auditevents.enabled=false");
    }

    @Test
    void backsOffWithoutActuator() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .withPropertyValues("session.tracking.redis-url=" + redis.url())
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("sessionTrackingAuditListener"));
    }

    @Test
    void nameOfBootsAuditExists() {
        assertThat(SessionTrackingActuatorAutoConfiguration.AUDIT).isEqualTo(AuditAutoConfiguration.class.getName());
    }
}
