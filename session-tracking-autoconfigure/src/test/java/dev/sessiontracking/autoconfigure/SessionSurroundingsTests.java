// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionEvent.SessionCreated;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** What surrounds the engine in an application: events, listeners, metadata. */
class SessionSurroundingsTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class))
            .withPropertyValues("session.tracking.connect-timeout=5s", "session.tracking.command-timeout=10s")
            .withInitializer(context -> TestPropertyValues.of("session.tracking.redis-url=" + redis.url())
                    .applyTo(context));

    @Test
    void factsArePublishedAsApplicationEvents() {
        runner.withUserConfiguration(Listening.class).run(context -> {
            SessionService service = context.getBean(SessionService.class);
            UserSession session = service.createSession("alice", SessionMetadata.none());
            service.revokeSession(session.id());
            Listening listening = context.getBean(Listening.class);
            assertThat(listening.events).hasExactlyElementsOfTypes(SessionCreated.class, SessionRevoked.class);
            assertThat(listening.revoked)
                    .singleElement()
                    .satisfies(event -> assertThat(event.sessionIds()).containsExactly(session.id()));
        });
    }

    @Test
    void listenerBeanIsTold() {
        runner.withUserConfiguration(ListenerBean.class).run(context -> {
            context.getBean(SessionService.class).createSession("alice", SessionMetadata.none());
            assertThat(context.getBean(ListenerBean.class).users).containsExactly("alice");
        });
    }

    @Test
    void eventListenerThatFailsHarmsNothing() {
        runner.withUserConfiguration(Failing.class).run(context -> {
            SessionService service = context.getBean(SessionService.class);
            UserSession session = service.createSession("alice", SessionMetadata.none());
            assertThat(session.tracked()).isTrue();
            assertThat(service.isSessionValid(session.id())).isTrue();
        });
    }

    @Test
    void metadataIsKeptByDefault() {
        runner.run(context -> assertThat(stored(context.getBean(SessionService.class)))
                .isEqualTo(SessionMetadata.of("203.0.113.77", "Firefox")));
    }

    @Test
    void metadataPropertiesReachTheStore() {
        runner.withPropertyValues("session.tracking.metadata.ip=truncate", "session.tracking.metadata.user-agent=drop")
                .run(context -> assertThat(stored(context.getBean(SessionService.class)))
                        .isEqualTo(SessionMetadata.of("203.0.113.0", null)));
    }

    private static SessionMetadata stored(SessionService service) {
        UserSession session = service.createSession("alice", SessionMetadata.of("203.0.113.77", "Firefox"));
        return service.findSession(session.id()).orElseThrow().metadata();
    }

    @Configuration(proxyBeanMethods = false)
    static class Listening {

        private final List<SessionEvent> events = new CopyOnWriteArrayList<>();

        private final List<SessionRevoked> revoked = new CopyOnWriteArrayList<>();

        @EventListener
        void on(SessionEvent event) {
            events.add(event);
        }

        @EventListener
        void on(SessionRevoked event) {
            revoked.add(event);
        }
    }

    /** It needs the service that tells it: no circle may come of that. */
    @Configuration(proxyBeanMethods = false)
    static class ListenerBean {

        private final List<String> users = new CopyOnWriteArrayList<>();

        @Bean
        SessionListener userListener(SessionService service) {
            assertThat(service).isNotNull();
            return event -> {
                if (event instanceof SessionCreated created) {
                    users.add(created.session().userId());
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Failing {

        @EventListener
        void on(SessionCreated event) {
            throw new IllegalStateException("on purpose");
        }
    }
}
