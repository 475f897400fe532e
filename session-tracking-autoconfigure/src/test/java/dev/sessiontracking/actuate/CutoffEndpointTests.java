// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.SessionEvent.SessionCutoffChanged;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.actuate.SessionTrackingEndpoint.Confirmation;
import dev.sessiontracking.actuate.SessionTrackingEndpoint.Cutoff;
import dev.sessiontracking.actuate.SessionTrackingEndpoint.CutoffSet;
import dev.sessiontracking.actuate.SessionTrackingEndpoint.DryRun;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The cut-off of all users at the endpoint, and what it publishes. */
class CutoffEndpointTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final List<SessionEvent> events = new ArrayList<>();

    private final List<AuditApplicationEvent> audit = new ArrayList<>();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    EndpointAutoConfiguration.class,
                    RedisSessionStoreAutoConfiguration.class,
                    SessionTrackingAutoConfiguration.class,
                    SessionTrackingActuatorAutoConfiguration.class))
            .withBean(SessionListener.class, () -> event -> {
                if (event instanceof SessionCutoffChanged) {
                    events.add(event);
                }
                new SessionAuditListener(published -> audit.add((AuditApplicationEvent) published)).on(event);
            })
            .withBean(PrincipalSource.class, () -> () -> "officer")
            .withPropertyValues("management.endpoints.web.exposure.include=*");

    private static Object post(SessionTrackingEndpoint endpoint, Instant until, Confirmation confirm) {
        OffsetDateTime time = until == null ? null : until.atOffset(ZoneOffset.UTC);
        return endpoint.cutoff(Cutoff.CUTOFF, time, confirm).getBody();
    }

    @Test
    void cutoffIsShownThenSetThenCleared() {
        runner.withPropertyValues("session.tracking.redis-url=" + redis.url()).run(context -> {
            SessionTrackingEndpoint endpoint = context.getBean(SessionTrackingEndpoint.class);
            SessionService service = context.getBean(SessionService.class);
            UserSession session = service.createSession("alice", SessionMetadata.none());

            assertThat(post(endpoint, session.createdAt(), null))
                    .isEqualTo(new DryRun(session.createdAt().toString(), 1, true));
            assertThat(((DryRun) post(endpoint, null, null)).sessions()).isEqualTo(1);
            assertThat(service.isSessionValid(session.id())).isTrue();
            assertThat(endpoint.state()).doesNotContainKey("cutoff");
            assertThat(events).isEmpty();

            assertThat(post(endpoint, session.createdAt(), Confirmation.SET))
                    .isEqualTo(new CutoffSet(session.createdAt().toString(), false, 0));
            assertThat(service.isSessionValid(session.id())).isFalse();
            assertThat(endpoint.state())
                    .containsEntry("cutoff", session.createdAt().toString());
            assertThat(context.getBean(SessionTracking.class)
                            .statistics()
                            .revocations()
                            .of(RevocationOperation.ALL_USERS))
                    .isEqualTo(1);

            assertThat(post(endpoint, null, Confirmation.CLEAR)).isEqualTo(new CutoffSet(null, false, 0));
            assertThat(service.isSessionValid(session.id())).isTrue();
            assertThat(events)
                    .extracting(event -> ((SessionCutoffChanged) event).cutoff())
                    .containsExactly(session.createdAt(), null);
            assertThat(audit)
                    .extracting(AuditApplicationEvent::getAuditEvent)
                    .filteredOn(event -> event.getType().equals("SESSION_CUTOFF"))
                    .allMatch(event -> event.getPrincipal().equals("officer"))
                    .extracting(event -> event.getData().get("cutoff"))
                    .containsExactly(session.createdAt().toString(), "cleared");
        });
    }

    @Test
    void absurdTimeIsABadRequestOrNow() {
        runner.withPropertyValues("session.tracking.redis-url=" + redis.url()).run(context -> {
            SessionTrackingEndpoint endpoint = context.getBean(SessionTrackingEndpoint.class);
            assertThatExceptionOfType(InvalidEndpointRequestException.class)
                    .isThrownBy(() -> endpoint.cutoff(Cutoff.CUTOFF, OffsetDateTime.MIN, Confirmation.SET));
            endpoint.cutoff(Cutoff.CUTOFF, OffsetDateTime.MAX, Confirmation.SET);
            assertThat(context.getBean(SessionService.class).getSessionCutoff())
                    .hasValueSatisfying(
                            time -> assertThat(time).isBefore(Instant.now().plusSeconds(60)));
            post(endpoint, null, Confirmation.CLEAR);
        });
    }

    @Test
    void dryRunOfAnOutageIsUnavailableAndChangesNothing() {
        runner.withPropertyValues("session.tracking.redis-url=redis://127.0.0.1:1")
                .run(context -> {
                    SessionTrackingEndpoint endpoint = context.getBean(SessionTrackingEndpoint.class);
                    for (OffsetDateTime until : new OffsetDateTime[] {null, OffsetDateTime.MIN, OffsetDateTime.MAX}) {
                        assertThat(endpoint.cutoff(Cutoff.CUTOFF, until, null).getStatus())
                                .isEqualTo(503);
                    }
                    SessionTracking tracking = context.getBean(SessionTracking.class);
                    assertThat(tracking.pendingRevocations()).isZero();
                    assertThat(tracking.cutoff()).isNull();
                    assertThat(events).isEmpty();
                    assertThat(context.getBean(SessionService.class).getSessionStatus("any"))
                            .isEqualTo(SessionStatus.UNKNOWN);
                    assertThat(((CutoffSet) post(endpoint, null, Confirmation.SET)).pending())
                            .isTrue();
                    assertThat(tracking.pendingRevocations()).isEqualTo(1);
                });
    }

    @Test
    void nothingIsSetWhileTrackingIsOff() {
        runner.run(context -> {
            SessionTrackingEndpoint endpoint = context.getBean(SessionTrackingEndpoint.class);
            assertThat(post(endpoint, null, Confirmation.SET)).isEqualTo(new CutoffSet(null, false, 0));
            assertThat(((DryRun) post(endpoint, null, null)).sessions()).isZero();
        });
    }
}
