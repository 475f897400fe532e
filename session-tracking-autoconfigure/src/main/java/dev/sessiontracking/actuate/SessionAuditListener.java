// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.RequestRejected;
import dev.sessiontracking.RevocationPending;
import dev.sessiontracking.SessionCreated;
import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionRevoked;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes audit events for logins, revocations and rejected requests. The principal is the acting user if known, else
 * the owner of the sessions. Events contain the short hashes of sessions, and no addresses or User-Agents.
 * Thread-safe.
 */
final class SessionAuditListener implements SessionListener {

    static final String CREATED = "SESSION_CREATED";

    static final String REVOKED = "SESSION_REVOKED";

    static final String REJECTED = "SESSION_REJECTED";

    private static final String UNKNOWN = "unknown";

    private static final int MOST_HASHES = 100;

    private final ApplicationEventPublisher publisher;

    SessionAuditListener(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void on(SessionEvent event) {
        if (event instanceof SessionCreated created) {
            created(created);
        } else if (event instanceof SessionRevoked revoked) {
            revoked(revoked);
        } else if (event instanceof RevocationPending pending) {
            revocationPending(pending);
        } else if (event instanceof RequestRejected rejected) {
            rejected(rejected);
        }
    }

    private void created(SessionCreated event) {
        publish(
                event,
                event.session().userId(),
                CREATED,
                data(
                        "session",
                        SessionIds.hash(event.session().id()),
                        "tracked",
                        event.session().tracked()));
    }

    private void revoked(SessionRevoked event) {
        List<String> hashes = event.sessionIds().stream()
                .limit(MOST_HASHES)
                .map(SessionIds::hash)
                .toList();
        publish(
                event,
                who(event.principal(), event.userId()),
                REVOKED,
                data(
                        "operation",
                        lowerCase(event.operation()),
                        "reason",
                        event.reason().code(),
                        "user",
                        event.userId(),
                        "count",
                        event.sessionIds().size(),
                        "sessions",
                        hashes));
    }

    private void revocationPending(RevocationPending event) {
        publish(
                event,
                who(event.principal(), event.userId()),
                REVOKED,
                data(
                        "operation",
                        lowerCase(event.operation()),
                        "reason",
                        event.reason().code(),
                        "user",
                        event.userId(),
                        "session",
                        hash(event.sessionId()),
                        "pending",
                        true));
    }

    private void rejected(RequestRejected event) {
        publish(
                event,
                who(event.userId(), null),
                REJECTED,
                data("reason", lowerCase(event.reason()), "session", hash(event.sessionId())));
    }

    private void publish(SessionEvent event, String principal, String type, Map<String, Object> data) {
        publisher.publishEvent(new AuditApplicationEvent(new AuditEvent(event.at(), principal, type, data)));
    }

    private static String who(@Nullable String actor, @Nullable String concerned) {
        if (actor != null) {
            return actor;
        }
        return concerned == null ? UNKNOWN : concerned;
    }

    private static @Nullable String hash(@Nullable String sessionId) {
        return sessionId == null ? null : SessionIds.hash(sessionId);
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Takes alternating names and values. Omits names without a value. */
    private static Map<String, Object> data(@Nullable Object... namesAndValues) {
        Map<String, Object> data = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Object value = namesAndValues[i + 1];
            if (value != null) {
                data.put(String.valueOf(namesAndValues[i]), value);
            }
        }
        return data;
    }
}
