// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.FirstUse;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Recorded;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionChange.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where sessions are kept. A session is live exactly as long as the store holds it.
 *
 * <p>Every stage completes in bounded time, and exceptionally with {@link SessionStoreUnavailableException} when the
 * store did not answer, which is never the same as "not found". Thread-safe; no method blocks.
 */
public interface SessionStore {

    /**
     * Writes a session and its index entry. A session is never left without its index entry.
     *
     * @param session its {@code maxExpiresAt} is as far from its {@code createdAt} as it may live at most
     * @param ttl how long the store keeps it, counted by the store's clock
     * @param limit may be ignored by a store that does not {@linkplain #limitsSessions() limit sessions}
     * @return the session as it was written, stamped by the store's clock if the store has one, and the sessions that the
     *     caller must end now, because there are too many; {@link Registration#EXISTS}, with the existing session
     *     untouched, when the id is taken or its session has ended for good
     */
    CompletionStage<Registration> create(UserSession session, Duration ttl, Limit limit);

    /** As {@link #create(UserSession, Duration, Limit)}, without a limit; empty if nothing was written. */
    default CompletionStage<Optional<UserSession>> create(UserSession session, Duration ttl) {
        return create(session, ttl, Limit.NONE).thenApply(created -> Optional.ofNullable(created.session()));
    }

    /** Whether this store keeps to a {@link Limit}. */
    default boolean limitsSessions() {
        return false;
    }

    /**
     * Writes a session later than its login, by a token that does not name it. A token registers one session, once: when
     * that session has ended, the token never brings it back. The default of a store that cannot remember this is
     * {@link #create}.
     *
     * @param session its beginning is the time of the login, and is kept
     * @param tokenLife how long the token may still ask for its session
     */
    default CompletionStage<Registration> register(UserSession session, Duration ttl, Duration tokenLife, Limit limit) {
        return create(session, ttl, limit);
    }

    /** As {@link #register(UserSession, Duration, Duration, Limit)}, without a limit. */
    default CompletionStage<Registration> register(UserSession session, Duration ttl, Duration tokenLife) {
        return register(session, ttl, tokenLife, Limit.NONE);
    }

    /** Whether this store keeps to {@link #recordFirstUse}. */
    default boolean recordsFirstUse() {
        return false;
    }

    /** Why first uses are not recorded until somebody changes something, or {@code null}. Does not wait. */
    default @Nullable String firstUseProblem() {
        return null;
    }

    /**
     * Writes the session of an identity provider when a token of it is used first. Writes nothing if the session was
     * revoked before, removed by another writer, or is covered by its user's not-before marker, whatever happens at the
     * same time. A session that has ended begins again only if its user has authenticated after the revocation.
     *
     * @param session without a maximum lifetime; its beginning is the time of authentication, if the token contains it
     * @param lifetime how long the store keeps it, and remembers that it was recorded
     */
    default CompletionStage<Recorded> recordFirstUse(UserSession session, Duration lifetime, FirstUse use) {
        return CompletableFuture.failedFuture(
                new SessionStoreUnavailableException("This store does not record the first use of sessions", null));
    }

    /** Reads why a session has ended, if the store remembers it. */
    default CompletionStage<Optional<SessionEndReason>> endReason(String sessionId) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /**
     * Reads the not-before marker of a user, or of {@linkplain NotBefore#ALL_USERS all users}. A store without markers has
     * {@link NotBefore#NONE}.
     */
    default CompletionStage<NotBefore> notBefore(String userId) {
        return CompletableFuture.completedFuture(NotBefore.NONE);
    }

    /**
     * Raises a user's not-before marker; never lowers it. From then on, the store refuses to register or to renew a session
     * that it covers. That of all users is only kept: the caller compares with it.
     *
     * @param marker its time is lowered to the store's own if that is earlier; {@link NotBefore#millis()} 0 means now
     * @param lifetime how long it is kept: as long as a token can live
     * @param unlessCleared changes nothing when the marker was cleared, or when there is one and the time would be lowered
     * @return the marker that holds now
     */
    default CompletionStage<NotBefore> raiseNotBefore(
            String userId, NotBefore marker, Duration lifetime, boolean unlessCleared) {
        return CompletableFuture.completedFuture(NotBefore.NONE);
    }

    /**
     * Removes a user's not-before marker.
     *
     * @param lifetime how long the store remembers that it was cleared
     */
    default CompletionStage<?> clearNotBefore(String userId, Duration lifetime) {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Counts the sessions that began at or before a time, from a bounded number of keys. A store that cannot count fails.
     */
    default CompletionStage<SessionCutoff.Affected> countUntil(Instant until) {
        return CompletableFuture.failedFuture(
                new SessionStoreUnavailableException("This store cannot count its sessions", null));
    }

    /** Tells whether the store holds a session of this id. */
    CompletionStage<Boolean> exists(String sessionId);

    /** Reads a session. Empty when there is none or when its value cannot be read. */
    CompletionStage<Optional<UserSession>> find(String sessionId);

    /**
     * Gives a session its full lifetime again, never creating it. Rotates its refresh token, and notes its last use; a store
     * that does not keep such things detects no reuse of refresh tokens. Removes the session instead when it began before
     * its user's not-before marker.
     *
     * @return {@link Refreshed#ENDED} when the store holds none, or has removed it; also, with the session untouched, when
     *     it belongs to another user
     */
    CompletionStage<Refreshed> refresh(String sessionId, Refresh refresh);

    /** As {@link #refresh}, without a refresh token; false when the session has ended. */
    default CompletionStage<Boolean> renew(String sessionId, Duration ttl) {
        return refresh(sessionId, new Refresh(null, ttl, null, null, null, Duration.ZERO))
                .thenApply(refreshed -> refreshed.result() == Refreshed.Result.RENEWED);
    }

    /**
     * Removes a session and its index entry.
     *
     * @param userId whose session it is, or {@code null} to have it looked up
     * @param end what to remember of it. A store that cannot remember this ignores it
     * @return whether the store held it
     */
    CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId, End end);

    /** As {@link #revoke(String, String, End)}, with nothing to remember. */
    default CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId) {
        return revoke(sessionId, userId, End.FORGOTTEN);
    }

    /**
     * Removes sessions of identity providers that were revoked before, in case the store holds them again after a failover
     * or a restore. Index entries without a session may stay.
     *
     * @param revoked the ids, and when each session was revoked: one whose user has authenticated since is left alone, if
     *     the store still knows of that revocation
     * @param tokenLife how long the provider can still issue tokens of these sessions
     * @return how many the store held
     */
    default CompletionStage<Long> reapplyRevocations(Map<String, Instant> revoked, Duration tokenLife) {
        return reapplyRevocations(List.copyOf(revoked.keySet()));
    }

    /** As {@link #reapplyRevocations(Map, Duration)}, for sessions that do not begin again. The default revokes each of them. */
    default CompletionStage<Long> reapplyRevocations(List<String> sessionIds) {
        CompletionStage<Long> count = CompletableFuture.completedFuture(0L);
        for (String sessionId : sessionIds) {
            count = count.thenCombine(revoke(sessionId, null), (before, held) -> held ? before + 1 : before);
        }
        return count;
    }

    /**
     * Removes sessions of a user, and their index entries. A session whose value cannot be read is removed too.
     *
     * @param end what to remember of them, as for a single one
     * @param beforeRemoval called with the id of each session of the user before that session is removed, so that the
     *     caller rejects it even while a read is under way. Called once for each session in one attempt; an attempt that
     *     the store repeats calls it again. It returns at once, does not throw, and may be called on any thread. A
     *     session that was announced may turn out to be gone: only the result says which were removed
     * @return the ids of those that this call removed
     */
    CompletionStage<List<String>> revokeAll(Scope scope, End end, Consumer<String> beforeRemoval);

    /** As {@link #revokeAll(Scope, End, Consumer)}, with nothing to remember. */
    default CompletionStage<List<String>> revokeAll(
            String userId, @Nullable Instant until, @Nullable String exceptSessionId, Consumer<String> beforeRemoval) {
        return revokeAll(new Scope(userId, until, exceptSessionId), End.FORGOTTEN, beforeRemoval);
    }

    /**
     * Lists the sessions of a user, in no order. Values that cannot be read are left out. Of more than
     * {@link dev.sessiontracking.SessionService#MAX_LISTED_SESSIONS}, that many which expire last are enough.
     */
    CompletionStage<List<UserSession>> findByUser(String userId);

    /**
     * Notifies a listener of outages from now on, and at once of an outage that lasts. There may be several listeners: they
     * are called in the order in which they were added. The default is a store that does not report outages.
     */
    default void listen(StoreListener listener) {}

    /** Describes this store, without asking it. */
    default StoreDescription describe() {
        return StoreDescription.UNKNOWN;
    }

    /**
     * Waits for an answer. The store bounds the time.
     *
     * @throws SessionStoreUnavailableException when the store did not answer, or this thread was interrupted
     */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SessionStoreUnavailableException("Interrupted while waiting for the store", interrupted);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof SessionStoreUnavailableException unavailable) {
                throw unavailable;
            }
            throw new SessionStoreUnavailableException("The store failed unexpectedly", failed.getCause());
        }
    }

    /** Tells which sessions belong to identity providers and begin with their first use. */
    interface Providers {

        /** There are none. */
        Providers NONE = new Providers() {};

        /** Whether there are any. */
        default boolean exist() {
            return false;
        }

        /** How long the provider of a session can still issue tokens of it; zero if it has none. */
        default Duration refreshableSession(String sessionId) {
            return Duration.ZERO;
        }

        /** How long the provider of a user can still issue tokens of a session; zero if there is none. */
        default Duration refreshableUser(String userId) {
            return Duration.ZERO;
        }
    }

    /**
     * Describes a store in log messages, health and the endpoint. Contains no credentials.
     *
     * @param name what messages call it at the start of a sentence, such as "Redis"
     * @param address where it is, without credentials
     * @param details further facts in the order in which they are shown, such as "version"
     * @param misconfiguration why it rejects us until somebody changes something, or {@code null}
     * @param unavailableParts which parts of it do not answer while others do, each with the reason; empty when all or none
     *     of it answers
     */
    record StoreDescription(
            String name,
            String address,
            Map<String, String> details,
            @Nullable String misconfiguration,
            List<String> unavailableParts) {

        public StoreDescription {
            details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
            unavailableParts = List.copyOf(unavailableParts);
        }

        /** A store that does not describe itself. */
        public static final StoreDescription UNKNOWN =
                new StoreDescription("The session store", "unknown", Map.of(), null, List.of());
    }

    /**
     * The store answers, but rejects an operation until its configuration or ours is changed, for example because of a
     * missing permission.
     */
    class StoreRefusedException extends SessionStoreUnavailableException {

        private static final long serialVersionUID = 1L;

        /**
         * @param message the rejected operation, without secrets
         * @param cause the failure that the store's client reported, if any
         */
        public StoreRefusedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Receives the duration of store operations. Called on the threads of the store, so it must return at once and must not
     * throw.
     */
    @FunctionalInterface
    interface StoreObserver {

        /** Does nothing. */
        StoreObserver NO_OP = (operation, answered, nanos) -> {};

        /**
         * A request to the store has ended.
         *
         * @param answered whether there was an answer; without one, the time says nothing about the store: requests are
         *     not even sent while it is known not to answer
         * @param nanos time from the request to its end
         */
        void ended(Operation operation, boolean answered, long nanos);

        /** What a store is asked to do. */
        enum Operation {
            /** Write a new session. */
            CREATE,
            /** Tell whether a session is there. */
            CHECK,
            /** Read a session. */
            FIND,
            /** Renew a session. */
            RENEW,
            /** Remove a session. */
            REVOKE,
            /** Remove sessions of a user. */
            REVOKE_ALL,
            /** Read the sessions of a user. */
            LIST
        }
    }
}
