// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.OutagePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Checks and ends the sessions that verified tokens name. Thread-safe; blocks at most for the store's command timeout. */
public interface SessionChecker {

    /** Never throws for an outage: that is {@link Result#UNVERIFIED}, and {@link #outagePolicy()} decides. */
    Result check(TokenSession session);

    /**
     * Answers a check from memory, without blocking.
     *
     * @return {@code null} if the store has to be asked: then call {@link #checkLater}
     */
    @Nullable
    Result checkNow(TokenSession session);

    /**
     * As {@link #check}, without blocking. Call {@link #checkNow} first.
     *
     * @return a stage of the caller's own that never fails. The thread that completes it may be an event loop of the
     *     store's client, so leave that thread before you call anybody else
     */
    CompletionStage<Result> checkLater(TokenSession session);

    /**
     * Checks a token that names no session against its user's not-before marker. The marker decides by the time of
     * authentication, never by {@code iat}: a refresh renews that.
     *
     * @param userId whose token it is
     * @param authenticatedAt when its user last gave credentials, or {@code null} if the token does not say so: then a
     *     marker invalidates it
     * @return {@code LIVE} if no marker invalidates the token. Never throws for an outage, as {@link #check}
     */
    default Result checkWithoutSession(String userId, @Nullable Instant authenticatedAt) {
        return Result.LIVE_BY_STORE;
    }

    /** As {@link #checkWithoutSession}, without blocking. What {@link #checkLater} says of the stage holds here, too. */
    default CompletionStage<Result> checkWithoutSessionLater(String userId, @Nullable Instant authenticatedAt) {
        return CompletableFuture.completedFuture(checkWithoutSession(userId, authenticatedAt));
    }

    /**
     * Logs out the session of a verified token, as {@code SessionService.revokeSession(sessionId)} does, with one round
     * trip less if the token names its user.
     *
     * @return false only if the store confirmed that there was nothing to revoke
     * @throws SessionStoreUnavailableException if the store did not confirm the revocation and the policy is
     *     {@code reject}; the revocation is enforced on this node and pending all the same
     */
    boolean revoke(TokenSession session);

    /**
     * Tells why a session has ended that {@link #check} found to have. Costs one command at most, and none if this node
     * knows; never fails.
     *
     * @return empty if nobody knows: the session was removed by hand, or too long ago, or the store does not answer
     */
    default CompletionStage<Optional<SessionEndReason>> endReason(TokenSession session) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /**
     * Reads whose session this is, for a warning about the configuration. Costs one command, does not block, and fails with
     * {@link SessionStoreUnavailableException} when the store does not answer.
     *
     * @return the user id that the session was created with; empty when the store holds no such session
     */
    default CompletionStage<Optional<String>> findOwner(String sessionId) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /** Counts a case of a problem. */
    default void found(ClaimProblem problem) {}

    /** What an unverified check means. */
    OutagePolicy outagePolicy();

    /** What follows from a decision against a token. */
    default Mode mode() {
        return Mode.ENFORCE;
    }

    /** What follows from a decision against a token. */
    enum Mode {

        /** The token is rejected. */
        ENFORCE,

        /** The token is accepted. Meters, events and the log show what would have been rejected. */
        OBSERVE
    }

    /** What verified tokens can show to be wrong with {@code session.tracking.jwt}. Such a token is not rejected for it. */
    enum ClaimProblem {

        /** The token names a session, but its issuer is not among the configured ones: its session is not checked. */
        UNLISTED_ISSUER,

        /** The token names a live session that belongs to another user id than the token's. */
        OTHER_USER
    }

    /** The answer of one check, and where it came from. Constants only, so that a check allocates nothing. */
    enum Result {

        /** The near cache holds the session. */
        LIVE_BY_CACHE(SessionStatus.LIVE, Source.CACHE),

        /** The near cache knows that there is no such session. */
        ENDED_BY_CACHE(SessionStatus.ENDED, Source.CACHE),

        /** The store was asked and holds the session. */
        LIVE_BY_STORE(SessionStatus.LIVE, Source.STORE),

        /** The store was asked and holds no such session. */
        ENDED_BY_STORE(SessionStatus.ENDED, Source.STORE),

        /** This node remembers a revocation, whatever the store says. */
        ENDED_BY_DENYLIST(SessionStatus.ENDED, Source.DENYLIST),

        /** The store did not answer. */
        UNVERIFIED(SessionStatus.UNKNOWN, Source.UNVERIFIED);

        private final SessionStatus status;

        private final Source source;

        Result(SessionStatus status, Source source) {
            this.status = status;
            this.source = source;
        }

        /** What the check found. */
        public SessionStatus status() {
            return status;
        }

        /** What the finding rests on. */
        public Source source() {
            return source;
        }

        /** What the answer of a check rests on. */
        public enum Source {
            /** The near cache. */
            CACHE,
            /** A round trip to the store. */
            STORE,
            /** A revocation that this node remembers. */
            DENYLIST,
            /** Nothing: there was no answer. */
            UNVERIFIED
        }
    }

    /**
     * What a verified token says of its session.
     *
     * @param sessionId the session it belongs to, already found usable
     * @param userId whose token it is, when it says so
     * @param authenticatedAt when its user last gave credentials ({@code auth_time}, OpenID Connect Core 1.0 section 2),
     *     when it says so
     * @param firstUse what is recorded if this is the first use of an identity provider's session, whose user is known
     *     then; {@code null} if the application creates the sessions
     */
    record TokenSession(
            String sessionId,
            @Nullable String userId,
            @Nullable Instant authenticatedAt,
            @Nullable FirstUse firstUse) {

        /** A session that the application has created. */
        public TokenSession(String sessionId, @Nullable String userId, @Nullable Instant authenticatedAt) {
            this(sessionId, userId, authenticatedAt, null);
        }

        /** The same session, used by this client. */
        public TokenSession from(SessionMetadata client) {
            return firstUse == null
                    ? this
                    : new TokenSession(
                            sessionId,
                            userId,
                            authenticatedAt,
                            new FirstUse(firstUse.lifetime(), firstUse.tokenExpiresAt(), client));
        }

        /** A session as the store holds it: it began with a login. */
        static TokenSession of(UserSession session) {
            return new TokenSession(session.id(), session.userId(), session.createdAt());
        }

        /** A session known by its id alone. */
        public static TokenSession of(String sessionId) {
            return new TokenSession(sessionId, null, null);
        }
    }

    /**
     * What is recorded at the first use of an identity provider's session.
     *
     * @param lifetime how long the provider can issue tokens of the session
     * @param tokenExpiresAt until when this token is accepted
     * @param metadata who uses it
     */
    record FirstUse(Duration lifetime, Instant tokenExpiresAt, SessionMetadata metadata) {}

    /** Takes note of refused requests, from whoever refuses them. Thread-safe; never throws. */
    @FunctionalInterface
    interface RejectionSink {

        /** Takes no note. */
        RejectionSink NONE = (reason, sessionId, userId) -> {};

        /**
         * A request was refused.
         *
         * @param sessionId the session that its token names, if any
         * @param userId whose token it is, if known
         */
        void rejected(RequestRejected.Reason reason, @Nullable String sessionId, @Nullable String userId);

        /** A token was accepted that would have been refused, because of {@link Mode#OBSERVE}. */
        default void observed(RequestRejected.Reason reason, @Nullable String sessionId, @Nullable String userId) {}
    }
}
