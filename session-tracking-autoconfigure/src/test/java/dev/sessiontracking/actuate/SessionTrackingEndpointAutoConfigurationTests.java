// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.actuate.SessionTrackingEndpoint.Listed;
import dev.sessiontracking.actuate.SessionTrackingEndpoint.Resource;
import dev.sessiontracking.actuate.SessionTrackingEndpoint.Revoked;
import dev.sessiontracking.actuate.SessionTrackingEndpoint.Session;
import dev.sessiontracking.actuate.SessionTrackingEndpoint.Unavailable;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;

/** What the endpoint says and does, with a real server behind it. */
class SessionTrackingEndpointAutoConfigurationTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension("--requirepass", "s3cret");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    EndpointAutoConfiguration.class,
                    RedisSessionStoreAutoConfiguration.class,
                    SessionTrackingAutoConfiguration.class,
                    SessionTrackingActuatorAutoConfiguration.class))
            .withPropertyValues("management.endpoints.web.exposure.include=*");

    private void run(ContextConsumer<AssertableApplicationContext> test, String... properties) {
        runner.withPropertyValues(redis.patientProperties())
                .withPropertyValues(properties)
                .run(test);
    }

    private static SessionTrackingEndpoint endpoint(AssertableApplicationContext context) {
        return context.getBean(SessionTrackingEndpoint.class);
    }

    private static UserSession login(AssertableApplicationContext context) {
        return context.getBean(SessionService.class)
                .createSession("alice", SessionMetadata.of("203.0.113.7", "Firefox"));
    }

    private static <T> T body(WebEndpointResponse<?> response, Class<T> type) {
        assertThat(response.getStatus()).isEqualTo(200);
        return type.cast(response.getBody());
    }

    @Test
    void stateIsThatOfHealth() {
        run(context -> assertThat(endpoint(context).state())
                .containsEntry("state", "tracking")
                .containsKeys("server", "nearCache", "outagePolicy", "filterChains"));
    }

    @Test
    void nothingShowsThePassword() {
        run(context -> assertThat(endpoint(context).state().toString())
                .doesNotContain("s3cret")
                .contains("redis://"));
    }

    @Test
    void filterChainsAreListed() {
        FilterChains.Chain chain = new FilterChains.Chain("api", "any request", "jwt", true, false, List.of());
        runner.withBean(FilterChains.class, () -> () -> List.of(chain))
                .withPropertyValues("session.tracking.redis-url=" + redis.url())
                .run(context -> assertThat(endpoint(context).state()).containsEntry("filterChains", List.of(chain)));
    }

    @Test
    void sessionsOfAUserAreNamedByTheirHash() {
        run(context -> {
            UserSession session = login(context);
            Listed listed = body(endpoint(context).sessions(Resource.SESSIONS, "alice"), Listed.class);
            assertThat(listed.sessions()).singleElement().satisfies(shown -> {
                assertThat(shown.hash()).isEqualTo(SessionIds.hash(session.id()));
                assertThat(shown.userId()).isEqualTo("alice");
                assertThat(shown.ip()).isEqualTo("203.0.113.7");
                assertThat(shown.userAgent()).isEqualTo("Firefox");
            });
            assertThat(listed.toString()).doesNotContain(session.id());
        });
    }

    @Test
    void oneSessionIsFoundByItsId() {
        run(context -> {
            UserSession session = login(context);
            assertThat(body(endpoint(context).session(Resource.SESSIONS, session.id()), Session.class)
                            .hash())
                    .isEqualTo(SessionIds.hash(session.id()));
        });
    }

    @Test
    void sessionThatIsNotThereIsNotFound() {
        run(context -> assertThat(
                        endpoint(context).session(Resource.SESSIONS, "nobody").getStatus())
                .isEqualTo(404));
    }

    @Test
    void oneSessionIsRevokedByItsId() {
        run(context -> {
            UserSession session = login(context);
            login(context);
            assertThat(body(endpoint(context).revokeSession(Resource.SESSIONS, session.id()), Revoked.class))
                    .isEqualTo(new Revoked(1, false, 0));
            assertThat(redis.cli().command("EXISTS", "session:" + session.id())).isEqualTo(0L);
        });
    }

    @Test
    void oneSessionIsRevokedByItsHash() {
        run(context -> {
            UserSession session = login(context);
            UserSession other = login(context);
            String hash = SessionIds.hash(session.id()).substring(1);
            assertThat(body(endpoint(context).revokeSessions(Resource.SESSIONS, "alice", hash), Revoked.class))
                    .isEqualTo(new Revoked(1, false, 0));
            assertThat(redis.cli().command("EXISTS", "session:" + session.id())).isEqualTo(0L);
            assertThat(redis.cli().command("EXISTS", "session:" + other.id())).isEqualTo(1L);
        });
    }

    @Test
    void hashOfAnotherUsersSessionIsNotFound() {
        run(context -> {
            String hash = SessionIds.hash(login(context).id());
            assertThat(endpoint(context)
                            .revokeSessions(Resource.SESSIONS, "bob", hash)
                            .getStatus())
                    .isEqualTo(404);
        });
    }

    @Test
    void allSessionsOfAUserAreRevoked() {
        run(context -> {
            login(context);
            login(context);
            assertThat(body(endpoint(context).revokeSessions(Resource.SESSIONS, "alice", null), Revoked.class))
                    .isEqualTo(new Revoked(2, false, 0));
        });
    }

    @Test
    void badArgumentIsABadRequest() {
        run(context -> {
            SessionTrackingEndpoint endpoint = endpoint(context);
            assertThatExceptionOfType(InvalidEndpointRequestException.class)
                    .isThrownBy(() -> endpoint.sessions(Resource.SESSIONS, " "));
            assertThatExceptionOfType(InvalidEndpointRequestException.class)
                    .isThrownBy(() -> endpoint.revokeSession(Resource.SESSIONS, "a b"));
        });
    }

    @Test
    void readingDuringAnOutageIsUnavailableUnderEitherPolicy() {
        run(context -> {
            UserSession session = login(context);
            redis.server().kill();
            SessionTrackingEndpoint endpoint = endpoint(context);
            await().untilAsserted(() -> assertThat(
                            endpoint.sessions(Resource.SESSIONS, "alice").getStatus())
                    .isEqualTo(503));
            assertThat(endpoint.session(Resource.SESSIONS, session.id()).getStatus())
                    .isEqualTo(503);
            awaitOutage(endpoint);
            redis.server().start();
        });
    }

    /** A node without requests notices by itself. */
    private static void awaitOutage(SessionTrackingEndpoint endpoint) {
        await().until(() -> endpoint.state().get("state").equals("outage"));
    }

    @Test
    void revocationDuringAnOutageSaysThatItIsPending() {
        run(context -> {
            UserSession session = login(context);
            redis.server().kill();
            awaitOutage(endpoint(context));
            SessionTrackingEndpoint endpoint = endpoint(context);
            assertThat(body(endpoint.revokeSession(Resource.SESSIONS, session.id()), Revoked.class))
                    .isEqualTo(new Revoked(0, true, 1));
            assertThat(body(endpoint.revokeSessions(Resource.SESSIONS, "alice", null), Revoked.class))
                    .isEqualTo(new Revoked(0, true, 2));
            assertThat(endpoint.revokeSessions(Resource.SESSIONS, "alice", SessionIds.hash(session.id()))
                            .getStatus())
                    .isEqualTo(503);
            redis.server().start();
        });
    }

    @Test
    void unconfirmedRevocationUnderRejectIsUnavailable() {
        run(
                context -> {
                    UserSession session = login(context);
                    redis.server().kill();
                    awaitOutage(endpoint(context));
                    WebEndpointResponse<?> answer = endpoint(context).revokeSession(Resource.SESSIONS, session.id());
                    assertThat(answer.getStatus()).isEqualTo(503);
                    assertThat(((Unavailable) answer.getBody()).pendingRevocations())
                            .isEqualTo(1);
                    redis.server().start();
                },
                "session.tracking.outage-policy=reject");
    }

    @Test
    void saysSoWhenTrackingIsOff() {
        runner.run(context -> assertThat(endpoint(context).state()).containsEntry("state", "off"));
    }

    @Test
    void isNotThereUnlessExposed() {
        run(
                context -> assertThat(context).doesNotHaveBean(SessionTrackingEndpoint.class),
                "management.endpoints.web.exposure.include=health");
    }

    @Test
    void isNotThereWithoutAccess() {
        run(
                context -> assertThat(context).doesNotHaveBean(SessionTrackingEndpoint.class),
                "management.endpoint.sessiontracking.access=NONE");
    }

    @Test
    void backsOffWithoutActuator() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        RedisSessionStoreAutoConfiguration.class,
                        SessionTrackingAutoConfiguration.class,
                        SessionTrackingActuatorAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .withPropertyValues("session.tracking.redis-url=" + redis.url())
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(SessionService.class)
                        .doesNotHaveBean("sessionTrackingEndpoint"));
    }

    @Test
    void backsOffOnAUsersEndpoint() {
        runner.withUserConfiguration(OwnEndpoint.class)
                .withPropertyValues("session.tracking.redis-url=" + redis.url())
                .run(context -> assertThat(context)
                        .hasSingleBean(SessionTrackingEndpoint.class)
                        .hasBean("own"));
    }

    static class OwnEndpoint {

        @org.springframework.context.annotation.Bean
        SessionTrackingEndpoint own(SessionService service) {
            return new SessionTrackingEndpoint(service, null, List::of);
        }
    }
}
