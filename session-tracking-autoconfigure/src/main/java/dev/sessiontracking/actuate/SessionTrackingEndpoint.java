// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * The state of session tracking, and the sessions of its users, for operators:
 *
 * <table>
 * <caption>Operations</caption>
 * <tr><td>{@code GET /actuator/sessiontracking}</td><td>state, filter chains</td></tr>
 * <tr><td>{@code GET …/sessions?user=alice}</td><td>a user's sessions</td></tr>
 * <tr><td>{@code GET …/sessions/{id}}</td><td>one session</td></tr>
 * <tr><td>{@code DELETE …/sessions?user=alice}</td><td>revokes all sessions of a user</td></tr>
 * <tr><td>{@code DELETE …/sessions?user=alice&hash=3fa9c1d2}</td><td>revokes one of them</td></tr>
 * <tr><td>{@code DELETE …/sessions/{id}}</td><td>revokes one session</td></tr>
 * <tr><td>{@code POST …/cutoff}</td><td>counts the sessions that a cut-off would end; {@code confirm=set} sets it,
 * {@code confirm=clear} clears it</td></tr>
 * </table>
 *
 * <p>Responses contain the short hash of a session that logs use, never its id. An exposed endpoint allows reading by
 * default. Revoking requires {@code management.endpoint.sessiontracking.access=unrestricted}. If the store does not
 * answer a read, the response is 503 under either outage policy, so "unknown" never looks like "none".
 */
@Endpoint(id = "sessiontracking", defaultAccess = Access.READ_ONLY)
final class SessionTrackingEndpoint {

    private final SessionService sessions;

    private final @Nullable SessionTracking tracking;

    private final Supplier<List<FilterChains.Chain>> chains;

    SessionTrackingEndpoint(
            SessionService sessions, @Nullable SessionTracking tracking, Supplier<List<FilterChains.Chain>> chains) {
        this.sessions = sessions;
        this.tracking = tracking;
        this.chains = chains;
    }

    @ReadOperation
    Map<String, Object> state() {
        StateDescriptor state = tracking == null
                ? StateDescriptor.off("session.tracking.redis-url is not set, or session.tracking.enabled is false")
                : StateDescriptor.of(tracking.state());
        Map<String, Object> answer = new LinkedHashMap<>(state.asMap());
        Instant cutoff = tracking == null ? null : tracking.cutoff();
        if (cutoff != null) {
            answer.put("cutoff", cutoff.toString());
        }
        answer.put("filterChains", chains.get());
        return answer;
    }

    @ReadOperation
    WebEndpointResponse<?> sessions(@Selector Resource resource, String user) {
        return answer(() -> ok(new Listed(
                sessions.getUserSessions(user).stream().map(Session::of).toList())));
    }

    @ReadOperation
    WebEndpointResponse<?> session(@Selector Resource resource, @Selector String id) {
        return answer(() -> {
            Optional<UserSession> session = sessions.findSession(id);
            return session.isPresent()
                    ? ok(Session.of(session.get()))
                    : new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        });
    }

    @DeleteOperation
    WebEndpointResponse<?> revokeSessions(@Selector Resource resource, String user, @Nullable String hash) {
        if (hash == null) {
            return revoke(() -> sessions.revokeAllUserSessions(user, SessionEndReason.ADMINISTRATOR));
        }
        String wanted = hash.startsWith("#") ? hash : "#" + hash;
        return answer(() -> {
            List<String> ids = sessions.getUserSessions(user).stream()
                    .map(UserSession::id)
                    .filter(id -> SessionIds.hash(id).equals(wanted))
                    .toList();
            return ids.isEmpty()
                    ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                    : revoke(() -> revokeEach(ids));
        });
    }

    @DeleteOperation
    WebEndpointResponse<?> revokeSession(@Selector Resource resource, @Selector String id) {
        return revoke(() -> revokeEach(List.of(id)));
    }

    /**
     * Ends all sessions of all users, or shows what this would end.
     *
     * @param until sessions that began until then are ended; now if it is missing
     * @param confirm if it is missing, nothing is changed
     */
    @WriteOperation
    WebEndpointResponse<?> cutoff(
            @Selector Cutoff resource, @Nullable OffsetDateTime until, @Nullable Confirmation confirm) {
        return answer(() -> {
            if (confirm == Confirmation.CLEAR) {
                sessions.clearSessionCutoff();
                return ok(new CutoffSet(null, false, pending()));
            }
            if (confirm == Confirmation.SET) {
                SessionCutoff set =
                        until == null ? sessions.revokeAllSessions() : sessions.revokeAllSessions(until.toInstant());
                return ok(new CutoffSet(Objects.toString(set.time(), null), set.pending(), pending()));
            }
            Instant time = until == null ? Instant.now() : until.toInstant();
            SessionCutoff.Affected affected = sessions.countSessions(time);
            return ok(new DryRun(time.toString(), affected.count(), affected.exact()));
        });
    }

    private RevokedSessions revokeEach(List<String> ids) {
        long revoked = 0;
        boolean pending = false;
        for (String id : ids) {
            if (sessions.revokeSession(id, SessionEndReason.ADMINISTRATOR)) {
                boolean unconfirmed = tracking != null && tracking.isRevocationPending(id);
                pending |= unconfirmed;
                revoked += unconfirmed ? 0 : 1;
            }
        }
        return new RevokedSessions(revoked, pending);
    }

    private WebEndpointResponse<?> revoke(Supplier<RevokedSessions> revocation) {
        return answer(() -> {
            RevokedSessions revoked = revocation.get();
            return ok(new Revoked(revoked.count(), revoked.pending(), pending()));
        });
    }

    private WebEndpointResponse<?> answer(Supplier<WebEndpointResponse<?>> question) {
        try {
            return question.get();
        } catch (SessionStoreUnavailableException unavailable) {
            return unavailable(unavailable.getMessage());
        } catch (IllegalArgumentException badArgument) {
            throw badRequest(badArgument);
        }
    }

    private static InvalidEndpointRequestException badRequest(IllegalArgumentException badArgument) {
        String reason = String.valueOf(badArgument.getMessage());
        return new InvalidEndpointRequestException(reason, reason);
    }

    private WebEndpointResponse<?> unavailable(@Nullable String reason) {
        return new WebEndpointResponse<>(
                new Unavailable(String.valueOf(reason), pending()), WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
    }

    private int pending() {
        return tracking == null ? 0 : tracking.pendingRevocations();
    }

    private static WebEndpointResponse<?> ok(Object body) {
        return new WebEndpointResponse<>(body);
    }

    /** Resources below the endpoint. */
    enum Resource {
        SESSIONS
    }

    /** The resource of the cut-off. */
    enum Cutoff {
        CUTOFF
    }

    /** What to do with the cut-off. */
    enum Confirmation {
        SET,
        CLEAR
    }

    /** What a cut-off of this time would end. The number is exact or an estimate. */
    record DryRun(String until, long sessions, boolean exact) {}

    /**
     * The result of a change.
     *
     * @param cutoff the cut-off that holds now, if there is one
     * @param pending whether it is pending: this node enforces it
     * @param pendingRevocations number of pending revocations of this node, including this one
     */
    record CutoffSet(@Nullable String cutoff, boolean pending, int pendingRevocations) {}

    /** Sessions of a user, the newest first. */
    record Listed(List<Session> sessions) {}

    /** A session, without its id. */
    record Session(
            String hash,
            String userId,
            @Nullable String ip,
            @Nullable String userAgent,
            String createdAt,
            String expiresAt) {

        static Session of(UserSession session) {
            return new Session(
                    SessionIds.hash(session.id()),
                    session.userId(),
                    session.metadata().ip(),
                    session.metadata().userAgent(),
                    session.createdAt().toString(),
                    session.expiresAt().toString());
        }
    }

    /**
     * The result of a revocation.
     *
     * @param revoked number of live sessions whose revocation the store has confirmed
     * @param pending whether the revocation is pending: this node enforces it, and the number of revoked sessions is
     *     not known yet
     * @param pendingRevocations number of pending revocations of this node, including this one
     */
    record Revoked(long revoked, boolean pending, int pendingRevocations) {}

    /** The body of a 503 response. */
    record Unavailable(String reason, int pendingRevocations) {}
}
