// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A revocation that was requested. It stays pending until the store has applied it. */
sealed interface Revocation {

    /** In the words of a log line: ids as their short hashes. */
    String describe();

    /** What was asked for. */
    RevocationOperation operation();

    /** Why the sessions end. */
    SessionEndReason reason();

    /** The one session that is revoked, or {@code null}. */
    default @Nullable String sessionId() {
        return null;
    }

    /** The user whose sessions are revoked, or {@code null} if it is one session only. */
    default @Nullable String revokedUser() {
        return null;
    }

    /** What equal targets have in common: a later revocation of the same target includes an earlier one. */
    Object target();

    /**
     * One session.
     *
     * @param userId whose session it is, when that is known
     * @param registrableUntil until when a token may ask for its registration; {@code null} if no token may
     * @param unlessForeign whether the session stays if it turns out to belong to another user
     * @param until the session stays if its user has authenticated since; {@code null} for now
     */
    record OfSession(
            String sessionId,
            @Nullable String userId,
            @Nullable Instant registrableUntil,
            SessionEndReason reason,
            boolean unlessForeign,
            @Nullable Instant until)
            implements Revocation {

        @Override
        public RevocationOperation operation() {
            return RevocationOperation.ONE;
        }

        @Override
        public Object target() {
            // A plain revocation does not include one that also forbids the registration, nor one of another user or
            // time.
            return registrableUntil == null && !unlessForeign && until == null
                    ? sessionId
                    : new OfSession(
                            sessionId, userId, registrableUntil, SessionEndReason.REVOKED, unlessForeign, until);
        }

        @Override
        public String describe() {
            return "session " + SessionIds.hash(sessionId);
        }
    }

    /**
     * The sessions of a user, or of {@linkplain NotBefore#ALL_USERS all users}, that began until a moment.
     *
     * @param until the last moment that is revoked
     * @param exceptSessionId the one session to keep, if any
     */
    record OfUser(String userId, Instant until, @Nullable String exceptSessionId, SessionEndReason reason)
            implements Revocation {

        boolean isOfAllUsers() {
            return userId.equals(NotBefore.ALL_USERS);
        }

        @Override
        public @Nullable String revokedUser() {
            return isOfAllUsers() ? null : userId;
        }

        @Override
        public RevocationOperation operation() {
            if (isOfAllUsers()) {
                return RevocationOperation.ALL_USERS;
            }
            return exceptSessionId == null ? RevocationOperation.ALL : RevocationOperation.OTHERS;
        }

        @Override
        public Object target() {
            return new OfUser(userId, Instant.MAX, exceptSessionId, SessionEndReason.REVOKED);
        }

        @Override
        public String describe() {
            return "sessions of " + (isOfAllUsers() ? "all users" : "user " + SessionIds.hash(userId)) + " until "
                    + until;
        }
    }
}
