// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionEvent.RevocationPending;
import dev.sessiontracking.SessionEvent.SessionCreated;
import dev.sessiontracking.SessionEvent.SessionCutoffChanged;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionListener;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes audit events for logins, revocations and rejected requests. The principal is the acting user if known, else
 * the owner of the sessions. Events contain the short hashes of sessions, and no addresses or User-Agents.
 * Thread-safe.
 */
record SessionAuditListener(ApplicationEventPublisher publisher) implements SessionListener {

    static final String CREATED = "SESSION_CREATED";

    static final String REVOKED = "SESSION_REVOKED";

    static final String CUTOFF = "SESSION_CUTOFF";

    static final String REJECTED = "SESSION_REJECTED";

    private static final String UNKNOWN = "unknown";

    private static final int MOST_HASHES = 100;

    @Override
    public void on(SessionEvent event) {
        if (event instanceof SessionCreated created) {
            created(created);
        } else if (event instanceof SessionRevoked revoked) {
            revoked(revoked);
        } else if (event instanceof RevocationPending pending) {
            revocationPending(pending);
        } else if (event instanceof SessionCutoffChanged changed) {
            publish(
                    event,
                    who(changed.principal(), null),
                    CUTOFF,
                    new StateDescriptor().with("cutoff", Objects.toString(changed.cutoff(), "cleared")));
        } else if (event instanceof RequestRejected rejected) {
            rejected(rejected);
        }
    }

    private void created(SessionCreated event) {
        StateDescriptor details = new StateDescriptor()
                .with("session", SessionIds.hash(event.session().id()))
                .with("tracked", event.session().tracked());
        publish(event, event.session().userId(), CREATED, details);
    }

    private void revoked(SessionRevoked event) {
        List<String> hashes = event.sessionIds().stream()
                .limit(MOST_HASHES)
                .map(SessionIds::hash)
                .toList();
        StateDescriptor details = new StateDescriptor()
                .with("operation", TrackingState.word(event.operation()))
                .with("reason", event.reason().code())
                .with("user", event.userId())
                .with("count", event.sessionIds().size())
                .with("sessions", hashes);
        publish(event, who(event.principal(), event.userId()), REVOKED, details);
    }

    private void revocationPending(RevocationPending event) {
        StateDescriptor details = new StateDescriptor()
                .with("operation", TrackingState.word(event.operation()))
                .with("reason", event.reason().code())
                .with("user", event.userId())
                .with("session", hash(event.sessionId()))
                .with("pending", true);
        publish(event, who(event.principal(), event.userId()), REVOKED, details);
    }

    private void rejected(RequestRejected event) {
        StateDescriptor details = new StateDescriptor()
                .with("reason", TrackingState.word(event.reason()))
                .with("session", hash(event.sessionId()));
        publish(event, who(event.userId(), null), REJECTED, details);
    }

    private void publish(SessionEvent event, String principal, String type, StateDescriptor details) {
        publisher.publishEvent(new AuditApplicationEvent(new AuditEvent(event.at(), principal, type, details.asMap())));
    }

    private static String who(@Nullable String actor, @Nullable String concerned) {
        return Objects.requireNonNullElse(actor, Objects.requireNonNullElse(concerned, UNKNOWN));
    }

    private static @Nullable String hash(@Nullable String sessionId) {
        return sessionId == null ? null : SessionIds.hash(sessionId);
    }
}
