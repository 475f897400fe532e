// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link SessionStore} is asked to change, and what became of it. */
public final class SessionChange {

    private SessionChange() {}

    /**
     * How a session ends.
     *
     * @param kept how long the reason can be asked for, at most; zero if it need not be remembered
     * @param tokenLife how long a token may still ask for the session, and must not get it; zero if there is no such token
     * @param ofProvider whether it is a session of an identity provider, which may begin again after a later authentication
     * @param until if it is such a session: it is left alone if its user has authenticated after this time, and the store
     *     knows that it has begun again since. {@code null} for now
     */
    public record End(
            SessionEndReason reason,
            Duration kept,
            Duration tokenLife,
            boolean ofProvider,
            @Nullable Instant until) {

        /** Of a session that the application has created. */
        public End(SessionEndReason reason, Duration kept, Duration tokenLife) {
            this(reason, kept, tokenLife, false, null);
        }

        /** The reason need not be remembered. */
        public static final End FORGOTTEN = new End(SessionEndReason.REVOKED, Duration.ZERO, Duration.ZERO);
    }

    /**
     * Which sessions of a user end.
     *
     * @param until the last moment at which such a session began, or {@code null} for all of them
     * @param exceptSessionId a session to keep, or {@code null}
     */
    public record Scope(
            String userId,
            @Nullable Instant until,
            @Nullable String exceptSessionId) {

        /** Whether this session ends. */
        public boolean includes(UserSession session) {
            return session.userId().equals(userId)
                    && !session.id().equals(exceptSessionId)
                    && (until == null || !session.createdAt().isAfter(until));
        }
    }

    /**
     * What holds for a login: how many sessions a user may have, and when it begins.
     *
     * @param sessions most sessions; 0 for no limit, except that a store may end the oldest of a very large number
     * @param rejecting whether a login beyond the limit is rejected; otherwise the oldest session ends
     * @param replacedSessionId a session that does not count, because it ends anyway, or {@code null}
     * @param cutoffMillis a new session begins later than this, whatever the clock of the store says: it may have gone back,
     *     or differ between servers. In milliseconds since the epoch; less than 1 when there is no cut-off
     */
    public record Limit(
            int sessions, boolean rejecting, @Nullable String replacedSessionId, long cutoffMillis) {

        /** No limit. */
        public static final Limit NONE = new Limit(0, false, null);

        /** Without a cut-off. */
        public Limit(int sessions, boolean rejecting, @Nullable String replacedSessionId) {
            this(sessions, rejecting, replacedSessionId, 0);
        }
    }

    /**
     * What became of a login or a late registration.
     *
     * @param session the session as it was written, or {@code null} if nothing was written
     * @param exists whether the session is there
     * @param isFull whether nothing was written because the user has too many sessions
     * @param evicted sessions of the user that the caller must end, because there are too many
     */
    public record Registration(@Nullable UserSession session, boolean exists, boolean isFull, List<String> evicted) {

        /** The user has too many sessions. */
        public static final Registration FULL = new Registration(null, false, true, List.of());

        /** The session exists: somebody has registered it before. */
        public static final Registration EXISTS = new Registration(null, true, false, List.of());

        /** The session was registered and has ended, or it began before the user's not-before marker. */
        public static final Registration REFUSED = new Registration(null, false, false, List.of());

        /** The session was written. */
        public static Registration written(UserSession session) {
            return written(session, List.of());
        }

        /** The session was written, and these sessions are to be ended. */
        public static Registration written(UserSession session, List<String> evicted) {
            return new Registration(session, true, false, evicted);
        }
    }

    /**
     * The use of a session that may be its first one.
     *
     * @param authenticatedAt when its user last gave credentials, or {@code null} if the token does not say so
     * @param isFound whether the store held a session of this id a moment ago
     */
    public record FirstUse(@Nullable Instant authenticatedAt, boolean isFound) {}

    /**
     * What became of the use of a session.
     *
     * @param created the session as it was written, or {@code null} if it was there or has ended
     * @param isLive whether it is there
     * @param endedUntil if it has ended: tokens are rejected whose user has authenticated until then
     * @param evicted sessions of the user that the caller must end, because there are too many
     */
    public record Recorded(@Nullable UserSession created, boolean isLive, Instant endedUntil, List<String> evicted) {

        /** The session is there. */
        public static final Recorded LIVE = new Recorded(null, true, Instant.EPOCH, List.of());

        /** The session has ended. */
        public static Recorded ended(Instant until) {
            return new Recorded(null, false, until, List.of());
        }
    }

    /**
     * A renewal of a session, with or without a refresh token whose generation counts.
     *
     * @param userId whose session it must be, or {@code null} if the caller does not say
     * @param ttl how long the session lives from now on
     * @param maxLifetime how long a session lives at most that was stored without such a limit; {@code null}: without limit
     * @param metadata where the request came from, or {@code null} if the caller does not say
     * @param generation that of the refresh token which was presented, or {@code null} if there is none
     * @param reuseInterval how long after a rotation the previous generation gets the same successor
     */
    public record Refresh(
            @Nullable String userId,
            Duration ttl,
            @Nullable Duration maxLifetime,
            @Nullable SessionMetadata metadata,
            @Nullable Long generation,
            Duration reuseInterval) {

        /** Whether it may renew this session. */
        public boolean isOf(UserSession session) {
            return userId == null || userId.equals(session.userId());
        }
    }

    /**
     * What became of a {@link Refresh}.
     *
     * @param session the session as it is now; {@code null} if it has ended or nothing is known
     * @param generation that of the refresh token to issue
     */
    public record Refreshed(Result result, @Nullable UserSession session, long generation) {

        /** The session has ended, or there never was one. */
        public static final Refreshed ENDED = new Refreshed(Result.ENDED, null, 0);

        /** The store did not answer, or there is none. */
        public static final Refreshed UNVERIFIED = new Refreshed(Result.UNVERIFIED, null, 0);

        /** What happened. */
        public enum Result {
            /** The session has its full lifetime again. */
            RENEWED,
            /** The token was rotated a moment ago. Nothing was written. */
            REPEATED,
            /** The token was rotated before: somebody else uses a copy. Nothing was written: the caller revokes the session. */
            REUSED,
            /** The session has ended. */
            ENDED,
            /** Nothing is known. */
            UNVERIFIED
        }
    }
}
