// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event of this node, published as a Spring application event after it has happened. Listen to a subtype, or to this
 * type for all events:
 *
 * <pre>{@code
 * @EventListener
 * void on(SessionRevoked revoked) {
 *     sockets.close(revoked.sessionIds());
 * }
 * }</pre>
 *
 * <p>There are no events for the expiry of a session, or for a revocation by another node.
 *
 * <p>Events contain session ids, because listeners may need them. No {@code toString} contains one. Immutable.
 */
public sealed interface SessionEvent {

    /** The time of the event, by this node's clock. */
    Instant at();

    /**
     * A session was created.
     *
     * @param session the session; not {@linkplain UserSession#tracked() tracked} if it was created during an outage
     * @param at the time of its creation
     */
    record SessionCreated(UserSession session, Instant at) implements SessionEvent {}

    /**
     * A session was renewed: it has its full lifetime again, and the store has confirmed this.
     *
     * @param sessionId the session id
     * @param at the time of the confirmation
     */
    record SessionRenewed(String sessionId, Instant at) implements SessionEvent {

        /** Without the session id. */
        @Override
        public String toString() {
            return "SessionRenewed[at=" + at + "]";
        }
    }

    /**
     * Sessions were revoked, and the store has confirmed this. A call that revoked nothing publishes no event. A call that
     * the store did not confirm publishes {@link RevocationPending} instead.
     *
     * @param operation the requested operation
     * @param reason why the sessions end
     * @param sessionIds the sessions that were live until now, at least one
     * @param userId the owner of the sessions, if the call contained the user id
     * @param principal name of the authenticated caller, if there is one
     * @param at the time of the confirmation
     */
    record SessionRevoked(
            RevocationOperation operation,
            SessionEndReason reason,
            List<String> sessionIds,
            @Nullable String userId,
            @Nullable String principal,
            Instant at)
            implements SessionEvent {

        public SessionRevoked {
            sessionIds = List.copyOf(sessionIds);
        }

        /** Without the session ids. */
        @Override
        public String toString() {
            return "SessionRevoked[operation=" + operation + ", reason=" + reason.code() + ", sessions="
                    + sessionIds.size() + ", userId=" + userId + ", principal=" + principal + ", at=" + at + "]";
        }
    }

    /**
     * The store did not confirm a revocation. This node enforces it and applies it to the store as soon as the store
     * answers. Then one {@link RevocationApplied} follows for all pending revocations of the same target. If the process
     * ends before, none follows.
     *
     * @param operation the requested operation
     * @param reason why the sessions end
     * @param sessionId the session to revoke, only for {@link RevocationOperation#ONE}
     * @param userId the user whose sessions to revoke, only for the other operations
     * @param principal name of the authenticated caller, if there is one
     * @param at the time from which this node enforces it
     */
    record RevocationPending(
            RevocationOperation operation,
            SessionEndReason reason,
            @Nullable String sessionId,
            @Nullable String userId,
            @Nullable String principal,
            Instant at)
            implements SessionEvent {

        /** Without the session id. */
        @Override
        public String toString() {
            return "RevocationPending[operation=" + operation + ", reason=" + reason.code() + ", userId=" + userId
                    + ", principal=" + principal + ", at=" + at + "]";
        }
    }

    /**
     * The store has confirmed a revocation that was {@linkplain RevocationPending pending}.
     *
     * @param operation the requested operation
     * @param sessionId the session to revoke, only for {@link RevocationOperation#ONE}
     * @param userId the user whose sessions to revoke, only for the other operations
     * @param sessions number of sessions that the store has removed; sessions that others removed before do not count
     * @param at the time of the confirmation
     */
    record RevocationApplied(
            RevocationOperation operation,
            @Nullable String sessionId,
            @Nullable String userId,
            long sessions,
            Instant at)
            implements SessionEvent {

        /** Without the session id. */
        @Override
        public String toString() {
            return "RevocationApplied[operation=" + operation + ", userId=" + userId + ", sessions=" + sessions
                    + ", at=" + at + "]";
        }
    }

    /** The sessions that a revocation ends. */
    enum RevocationOperation {

        /** One session: {@link SessionService#revokeSession}. */
        ONE,

        /** All sessions of a user: {@link SessionService#revokeAllUserSessions}. */
        ALL,

        /** All sessions of a user but one: {@link SessionService#revokeOtherUserSessions}. */
        OTHERS,

        /** All sessions of all users: {@link SessionService#revokeAllSessions()}. */
        ALL_USERS
    }

    /**
     * A call of this node has set or cleared the cut-off of all users, and the store has confirmed this. A call that the store
     * did not confirm publishes {@link RevocationPending} instead.
     *
     * @param cutoff the cut-off that holds now, or {@code null} if it was cleared
     * @param principal name of the authenticated caller, if there is one
     * @param at the time of the confirmation
     */
    record SessionCutoffChanged(
            @Nullable Instant cutoff, @Nullable String principal, Instant at) implements SessionEvent {}

    /**
     * A request, or a token that did not arrive by HTTP, was rejected because of its session. At most one event for each
     * session of a request.
     *
     * @param reason the reason
     * @param sessionId the session id of the token, if it has a valid one
     * @param userId the user of the token, if the token contains it
     * @param at the time of the rejection
     */
    record RequestRejected(
            Reason reason,
            @Nullable String sessionId,
            @Nullable String userId,
            Instant at) implements SessionEvent {

        /** Why a request was rejected. */
        public enum Reason {
            /** Its session was revoked, has expired, or was never registered: 401. */
            ENDED,
            /** Its token must name a session but names none or an invalid one, or the token cannot be determined: 401. */
            UNUSABLE,
            /** The store did not answer, and the outage policy is {@code reject} or a rule requires a live session: 503. */
            UNAVAILABLE
        }

        /** Without the session id. */
        @Override
        public String toString() {
            return "RequestRejected[reason=" + reason + ", userId=" + userId + ", at=" + at + "]";
        }
    }

    /**
     * A token was accepted that {@code session.tracking.mode=enforce} would have rejected. Published only in the mode
     * {@code observe}, where {@link RequestRejected} would be published otherwise.
     *
     * @param reason the reason for the rejection
     * @param sessionId the session id of the token, if it has a valid one
     * @param userId the user of the token, if the token contains it
     * @param at the time of the check
     */
    record RejectionObserved(
            RequestRejected.Reason reason,
            @Nullable String sessionId,
            @Nullable String userId,
            Instant at) implements SessionEvent {

        /** Without the session id. */
        @Override
        public String toString() {
            return "RejectionObserved[reason=" + reason + ", userId=" + userId + ", at=" + at + "]";
        }
    }

    /**
     * An outage has begun: the store does not answer this node.
     *
     * @param reason the reason in words, without secrets
     * @param at the beginning of the outage
     */
    record OutageBegan(String reason, Instant at) implements SessionEvent {}

    /**
     * An outage has ended: the store answers this node again.
     *
     * @param duration the duration of the outage
     * @param unverifiedChecks number of checks that the outage policy decided
     * @param untrackedLogins number of sessions that were created untracked
     * @param pendingRevocations number of revocations that became pending
     * @param at the end of the outage
     */
    record OutageEnded(
            Duration duration, long unverifiedChecks, long untrackedLogins, long pendingRevocations, Instant at)
            implements SessionEvent {}
}
