// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static dev.sessiontracking.spi.NotBefore.ALL_USERS;

import dev.sessiontracking.SessionAlreadyExistsException;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionLimitReachedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.RefreshToken.Times;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes sessions: at a login, at the first refresh after a login that was made during an outage, and at a renewal. Keeps to
 * the limit of a user's sessions. Thread-safe.
 */
record SessionWrites(
        SessionStore store,
        SessionEngine engine,
        Revoker revoker,
        SessionEvents events,
        Settings settings,
        Clock clock) {

    private static final Logger log = LoggerFactory.getLogger(SessionWrites.class);

    /** How much longer than it says a token may be accepted: decoders allow for clocks that differ. */
    static final Duration LEEWAY = Duration.ofMinutes(5);

    Lifetimes lifetimes() {
        return settings.lifetimes();
    }

    /**
     * Begins the session of a login.
     *
     * @param maxLifetime {@code null} for the configured one
     * @param replacedSessionId a session of the user that ends, or {@code null}
     * @return untracked if the store does not answer
     */
    UserSession create(
            String userId,
            String sessionId,
            SessionMetadata metadata,
            @Nullable Duration maxLifetime,
            @Nullable String replacedSessionId) {
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(sessionId, "sessionId");
        Arguments.requireNonNull(metadata, "metadata");
        if (revoker.denylist().isDenied(sessionId)) {
            throw alreadyUsed(sessionId);
        }
        Instant began = clock.instant();
        Instant createdAt = began.truncatedTo(ChronoUnit.MILLIS);
        Instant end = Lifetimes.end(createdAt, maxLifetime == null ? lifetimes().max() : maxLifetime);
        UserSession session = lifetimes().begin(sessionId, userId, kept(metadata), createdAt, began, end);
        Registration created;
        try {
            created = SessionStore.await(store.create(session, lifetimes().ttl(), limit(replacedSessionId)));
        } catch (SessionStoreUnavailableException unavailable) {
            throwIfRejecting(unavailable);
            UserSession untracked = session.untracked();
            events.created(untracked);
            endReplaced(userId, replacedSessionId);
            return untracked;
        }
        if (created.isFull()) {
            throw new SessionLimitReachedException(settings.limit().sessions());
        }
        UserSession written = created.session();
        if (written == null) {
            throw alreadyUsed(sessionId);
        }
        began(written, began);
        endAll(userId, created.evicted());
        endReplaced(userId, replacedSessionId);
        return written;
    }

    /**
     * Writes the session of an earlier login, unless it exists.
     *
     * @return {@link Registration#REFUSED} also if a revocation that this node remembers covers it
     */
    Registration register(
            String sessionId, String userId, SessionMetadata metadata, Instant authenticatedAt, Times times) {
        if (revoker.denylist().isDenied(sessionId)
                || revoker.denylist().users().deniesWithoutSession(userId, authenticatedAt)
                // The store compares with its own marker. It may have lost one that this node remembers.
                || SessionStore.await(revoker.markers().readForToken(userId)).covers(sessionId, authenticatedAt)
                || revoker.markers().cutoff().join().coversToken(authenticatedAt)) {
            return Registration.REFUSED;
        }
        Instant now = clock.instant();
        // No clock is a day ahead.
        Instant latest = now.plus(Duration.ofDays(1));
        Instant began = authenticatedAt.isBefore(latest) ? authenticatedAt : latest;
        Instant end = times.maxExpiresAt() == null ? lifetimes().end(began) : times.maxExpiresAt();
        UserSession session = lifetimes().begin(sessionId, userId, kept(metadata), began, now, end);
        Duration tokenLife = Duration.between(now, times.expiresAt());
        Registration registration = SessionStore.await(store.register(
                session,
                lifetimes().ttl(),
                (tokenLife.isNegative() ? Duration.ZERO : tokenLife).plus(LEEWAY),
                limit(null)));
        if (registration.session() != null) {
            began(registration.session(), registration.session().createdAt());
            endAll(userId, registration.evicted());
        }
        return registration;
    }

    /** @param time when it began, by this node's clock, or as its token says */
    private void began(UserSession session, Instant time) {
        revoker.denylist().users().created(session.userId(), session.id(), time);
        engine.changed(session.id());
        events.created(session);
    }

    /** The session of an earlier login that could not be written. */
    UserSession untracked(String sessionId, String userId, SessionMetadata metadata, Instant began) {
        Instant end = lifetimes().end(began);
        return lifetimes()
                .begin(sessionId, userId, kept(metadata), began, clock.instant(), end)
                .untracked();
    }

    private static SessionAlreadyExistsException alreadyUsed(String sessionId) {
        return new SessionAlreadyExistsException(
                "The session id " + SessionIds.hash(sessionId) + " is taken. Every session needs its own id");
    }

    private Limit limit(@Nullable String replacedSessionId) {
        return new Limit(
                settings.limit().sessions(),
                settings.limit().rejecting(),
                replacedSessionId,
                revoker.markers().remembered(ALL_USERS).millis());
    }

    private void endAll(String userId, List<String> evicted) {
        for (String id : evicted) {
            ignoringOutage(() -> revoker.revokeOwn(id, userId, null, SessionEndReason.LIMIT));
        }
    }

    private void endReplaced(String userId, @Nullable String replacedSessionId) {
        if (replacedSessionId != null) {
            ignoringOutage(() -> revoker.revokeOwn(replacedSessionId, userId, null, SessionEndReason.REPLACED));
        }
    }

    /** A session that could not be ended is pending, or still listed, and cannot be renewed. The login is done. */
    static void ignoringOutage(Runnable revocation) {
        try {
            revocation.run();
        } catch (SessionStoreUnavailableException unavailable) {
            log.debug("A session was not ended at once", unavailable);
        }
    }

    /**
     * Gives a session its full lifetime again.
     *
     * @param userId whose session it must be, or {@code null} if the caller does not say
     */
    Refreshed renew(String sessionId, @Nullable String userId) {
        // That of an identity provider never ends before its state: it would look as if somebody had removed it.
        Duration ofProvider = settings.providers().refreshableSession(sessionId);
        Duration ttl = lifetimes().ttl().compareTo(ofProvider) < 0
                ? ofProvider
                : lifetimes().ttl();
        return refresh(sessionId, new Refresh(userId, ttl, lifetimes().max(), null, null, Duration.ZERO));
    }

    /** Refreshes a session, and ends it if the cut-off covers it: it must not outlive the cut-off. */
    Refreshed refresh(String sessionId, Refresh refresh) {
        CompletableFuture<NotBefore> cutoff = revoker.markers().cutoff();
        Refreshed refreshed = SessionStore.await(store.refresh(sessionId, refresh));
        UserSession session = refreshed.session();
        if (session != null && cutoff.join().covers(sessionId, session.createdAt())) {
            SessionStore.await(store.revoke(sessionId, session.userId()));
            return Refreshed.ENDED;
        }
        if (refreshed.result() == Refreshed.Result.RENEWED) {
            events.renewed(sessionId);
        }
        return refreshed;
    }

    SessionMetadata kept(SessionMetadata metadata) {
        return settings.metadata().apply(metadata);
    }

    /** Under the policy {@code plain-jwt}, the caller goes on without an answer. */
    void throwIfRejecting(SessionStoreUnavailableException unavailable) {
        if (settings.outagePolicy() == OutagePolicy.REJECT) {
            throw unavailable;
        }
    }
}
