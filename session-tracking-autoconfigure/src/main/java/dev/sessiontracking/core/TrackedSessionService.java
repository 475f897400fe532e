// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static dev.sessiontracking.spi.NotBefore.ALL_USERS;

import dev.sessiontracking.SessionAlreadyExistsException;
import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionLimitReachedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.RefreshToken.Times;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.core.revocation.NotBeforeMarkers;
import dev.sessiontracking.core.revocation.RevocationDenylist;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.SessionStore.Limit;
import dev.sessiontracking.spi.SessionStore.Refresh;
import dev.sessiontracking.spi.SessionStore.Refreshed;
import dev.sessiontracking.spi.SessionStore.Registration;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The session service over a store. */
final class TrackedSessionService implements SessionService {

    private static final Logger log = LoggerFactory.getLogger(TrackedSessionService.class);

    private static final Comparator<UserSession> NEWEST_FIRST =
            Comparator.comparing(UserSession::createdAt).reversed().thenComparing(UserSession::id);

    /** How much longer than it says a token may be accepted: decoders allow for clocks that differ. */
    static final Duration LEEWAY = Duration.ofMinutes(5);

    private final SessionStore store;

    private final SessionEngine engine;

    private final Revoker revoker;

    private final RevocationDenylist denylist;

    private final NotBeforeMarkers markers;

    private final SessionEvents events;

    private final Settings settings;

    private final Lifetimes lifetimes;

    private final Clock clock;

    TrackedSessionService(
            SessionStore store,
            SessionEngine engine,
            Revoker revoker,
            SessionEvents events,
            Settings settings,
            Clock clock) {
        this.store = store;
        this.engine = engine;
        this.revoker = revoker;
        this.denylist = revoker.denylist();
        this.markers = revoker.markers();
        this.events = events;
        this.settings = settings;
        this.lifetimes = settings.lifetimes();
        this.clock = clock;
    }

    @Override
    public UserSession createSession(String userId, SessionMetadata metadata) {
        return createSession(userId, SessionIds.generate(), metadata);
    }

    @Override
    public UserSession createSession(String userId, String sessionId, SessionMetadata metadata) {
        return create(userId, sessionId, metadata, lifetimes.max(), null);
    }

    @Override
    public UserSession createSession(String userId, SessionMetadata metadata, String replacedSessionId) {
        Arguments.requireSessionId(replacedSessionId, "replacedSessionId");
        return create(userId, SessionIds.generate(), metadata, lifetimes.max(), replacedSessionId);
    }

    UserSession create(
            String userId,
            String sessionId,
            SessionMetadata metadata,
            @Nullable Duration maxLifetime,
            @Nullable String replacedSessionId) {
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(sessionId, "sessionId");
        Arguments.requireNonNull(metadata, "metadata");
        if (denylist.isDenied(sessionId)) {
            throw alreadyUsed(sessionId);
        }
        Instant began = clock.instant();
        Instant createdAt = began.truncatedTo(ChronoUnit.MILLIS);
        UserSession session = lifetimes.begin(
                sessionId, userId, kept(metadata), createdAt, began, Lifetimes.end(createdAt, maxLifetime));
        Registration created;
        try {
            created = SessionStore.await(store.create(session, lifetimes.ttl(), limit(replacedSessionId)));
        } catch (SessionStoreUnavailableException unavailable) {
            throwIfRejecting(unavailable);
            UserSession untracked = untracked(session);
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
        denylist.created(userId, sessionId, began);
        engine.changed(sessionId);
        events.created(written);
        endAll(userId, created.evicted());
        endReplaced(userId, replacedSessionId);
        return written;
    }

    private void endReplaced(String userId, @Nullable String replacedSessionId) {
        if (replacedSessionId != null) {
            ignoringOutage(() -> revoker.revokeOwn(replacedSessionId, userId, null, SessionEndReason.REPLACED));
        }
    }

    private Limit limit(@Nullable String replacedSessionId) {
        return new Limit(
                settings.limit().sessions(),
                settings.limit().rejecting(),
                replacedSessionId,
                markers.remembered(ALL_USERS).millis());
    }

    private void endAll(String userId, List<String> evicted) {
        for (String id : evicted) {
            ignoringOutage(() -> revoker.revokeOwn(id, userId, null, SessionEndReason.LIMIT));
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

    @Override
    public Optional<UserSession> registerSession(
            String userId,
            String sessionId,
            SessionMetadata metadata,
            Instant authenticatedAt,
            Instant tokenExpiresAt) {
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(sessionId, "sessionId");
        Arguments.requireNonNull(metadata, "metadata");
        Arguments.requireNonNull(authenticatedAt, "authenticatedAt");
        Arguments.requireNonNull(tokenExpiresAt, "tokenExpiresAt");
        Instant began = ClaimValues.bounded(authenticatedAt);
        try {
            Times times = new Times(ClaimValues.bounded(tokenExpiresAt), null);
            Registration registration =
                    register(sessionId, userId, metadata, began, times).orElse(Registration.REFUSED);
            if (registration.session() != null) {
                return Optional.of(registration.session());
            }
            return registration.exists() ? renewRegistered(userId, sessionId) : Optional.empty();
        } catch (SessionStoreUnavailableException unavailable) {
            throwIfRejecting(unavailable);
            return Optional.of(untracked(
                    lifetimes.begin(sessionId, userId, kept(metadata), began, clock.instant(), lifetimes.end(began))));
        }
    }

    /**
     * Writes the session of an earlier login, unless it exists.
     *
     * @return empty if a revocation that this node remembers covers it
     */
    Optional<Registration> register(
            String sessionId, String userId, SessionMetadata metadata, Instant authenticatedAt, Times times) {
        if (denylist.isDenied(sessionId)
                || denylist.isDeniedWithoutSession(userId, authenticatedAt)
                // The store compares with its own marker. It may have lost one that this node remembers.
                || SessionStore.await(markers.readForToken(userId)).covers(sessionId, authenticatedAt)
                || markers.cutoff().join().coversToken(authenticatedAt)) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        // No clock is a day ahead.
        Instant latest = now.plus(Duration.ofDays(1));
        Instant began = authenticatedAt.isBefore(latest) ? authenticatedAt : latest;
        Instant end = times.maxExpiresAt() == null ? lifetimes.end(began) : times.maxExpiresAt();
        UserSession session = lifetimes.begin(sessionId, userId, kept(metadata), began, now, end);
        Duration tokenLife = Duration.between(now, times.expiresAt());
        Registration registration = SessionStore.await(store.register(
                session,
                lifetimes.ttl(),
                (tokenLife.isNegative() ? Duration.ZERO : tokenLife).plus(LEEWAY),
                limit(null)));
        if (registration.session() != null) {
            registered(registration.session());
            endAll(userId, registration.evicted());
        }
        return Optional.of(registration);
    }

    SessionMetadata kept(SessionMetadata metadata) {
        return settings.metadata().apply(metadata);
    }

    private void registered(UserSession session) {
        denylist.created(session.userId(), session.id(), session.createdAt());
        engine.changed(session.id());
        events.created(session);
    }

    /** Another user's session of the same id stays as it is. */
    private Optional<UserSession> renewRegistered(String userId, String sessionId) {
        Refreshed renewed = renew(sessionId, userId);
        if (renewed.result() != Refreshed.Result.RENEWED) {
            return Optional.empty();
        }
        events.renewed(sessionId);
        return Optional.ofNullable(renewed.session());
    }

    private Refreshed renew(String sessionId, @Nullable String userId) {
        return refresh(sessionId, new Refresh(userId, lifetimes.ttl(), lifetimes.max(), null, null, Duration.ZERO));
    }

    /** Refreshes a session, and ends it if the cut-off covers it: it must not outlive the cut-off. */
    Refreshed refresh(String sessionId, Refresh refresh) {
        CompletableFuture<NotBefore> cutoff = markers.cutoff();
        Refreshed refreshed = SessionStore.await(store.refresh(sessionId, refresh));
        UserSession session = refreshed.session();
        if (session == null || !cutoff.join().covers(sessionId, session.createdAt())) {
            return refreshed;
        }
        SessionStore.await(store.revoke(sessionId, session.userId()));
        return Refreshed.ENDED;
    }

    static UserSession untracked(UserSession session) {
        return new UserSession(
                session.id(),
                session.userId(),
                session.metadata(),
                session.createdAt(),
                session.expiresAt(),
                session.maxExpiresAt(),
                session.lastUse(),
                false);
    }

    private static SessionAlreadyExistsException alreadyUsed(String sessionId) {
        return new SessionAlreadyExistsException(
                "The session id " + SessionIds.hash(sessionId) + " is taken. Every session needs its own id");
    }

    @Override
    public SessionStatus getSessionStatus(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        return engine.status(sessionId);
    }

    @Override
    public boolean isSessionValid(String sessionId) {
        return switch (getSessionStatus(sessionId)) {
            case LIVE -> true;
            case ENDED -> false;
            case UNKNOWN -> {
                throwIfRejecting(new SessionStoreUnavailableException("The store did not answer", null));
                yield true;
            }
        };
    }

    @Override
    public Optional<UserSession> findSession(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        if (!isOfProvider(sessionId) && denylist.isDenied(sessionId)) {
            return Optional.empty();
        }
        CompletableFuture<NotBefore> cutoff = markers.cutoff();
        return SessionStore.await(store.find(sessionId))
                .filter(session -> !isDenied(session, cutoff))
                .filter(session -> !markers.readOrRemember(session.userId()).covers(sessionId, session.createdAt()));
    }

    @Override
    public SessionRenewal renewSession(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        if (denylist.isDenied(sessionId)) {
            return SessionRenewal.ENDED;
        }
        try {
            if (renew(sessionId, null).result() != Refreshed.Result.RENEWED) {
                return SessionRenewal.ENDED;
            }
            events.renewed(sessionId);
            return SessionRenewal.RENEWED;
        } catch (SessionStoreUnavailableException unavailable) {
            throwIfRejecting(unavailable);
            return SessionRenewal.UNVERIFIED;
        }
    }

    @Override
    public List<UserSession> getUserSessions(String userId) {
        Arguments.requireUserId(userId);
        CompletableFuture<NotBefore> cutoff = markers.cutoff();
        List<UserSession> found = SessionStore.await(store.findByUser(userId));
        NotBefore marker = markers.readOrRemember(userId);
        return found.stream()
                .filter(session -> !isDenied(session, cutoff))
                .filter(session -> !marker.covers(session.id(), session.createdAt()))
                .sorted(NEWEST_FIRST)
                .limit(MAX_LISTED_SESSIONS)
                .toList();
    }

    @Override
    public boolean revokeSession(String sessionId, SessionEndReason reason) {
        Arguments.requireSessionId(sessionId, "sessionId");
        Arguments.requireNonNull(reason, "reason");
        return revoker.revoke(sessionId, null, reason);
    }

    @Override
    public boolean revokeSession(String userId, String sessionId, SessionEndReason reason) {
        Arguments.requireNonNull(reason, "reason");
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(sessionId, "sessionId");
        return SessionStore.await(store.find(sessionId))
                        .filter(session -> session.userId().equals(userId))
                        .isPresent()
                && revoker.revoke(sessionId, userId, reason);
    }

    @Override
    public boolean revokeSession(String sessionId, Instant registrableUntil) {
        Arguments.requireSessionId(sessionId, "sessionId");
        Arguments.requireNonNull(registrableUntil, "registrableUntil");
        return revoker.revokeForGood(
                sessionId, ClaimValues.bounded(registrableUntil).plus(LEEWAY), SessionEndReason.REVOKED);
    }

    @Override
    public Optional<Instant> getNotBefore(String userId) {
        Arguments.requireUserId(userId);
        return time(userId);
    }

    private Optional<Instant> time(String userId) {
        NotBefore marker = markers.read(userId);
        return marker.exists() ? Optional.of(Instant.ofEpochMilli(marker.millis())) : Optional.empty();
    }

    @Override
    public void clearNotBefore(String userId) {
        Arguments.requireUserId(userId);
        markers.clear(userId);
        denylist.cleared(userId);
    }

    @Override
    public RevokedSessions revokeAllUserSessions(String userId, SessionEndReason reason) {
        Arguments.requireUserId(userId);
        Arguments.requireNonNull(reason, "reason");
        return revoker.revokeAll(userId, null, reason);
    }

    @Override
    public RevokedSessions revokeOtherUserSessions(String userId, String currentSessionId, SessionEndReason reason) {
        Arguments.requireNonNull(reason, "reason");
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(currentSessionId, "currentSessionId");
        return revoker.revokeAll(userId, currentSessionId, reason);
    }

    @Override
    public SessionCutoff revokeAllSessions(Instant until) {
        Arguments.requireNonNull(until, "until");
        if (!until.isAfter(Instant.EPOCH)) {
            throw new IllegalArgumentException("until must be after 1970-01-01");
        }
        return revoker.revokeEverything(until);
    }

    @Override
    public Optional<Instant> getSessionCutoff() {
        return time(ALL_USERS);
    }

    @Override
    public void clearSessionCutoff() {
        markers.clear(ALL_USERS);
        events.cutoff(null);
    }

    @Override
    public SessionCutoff.Affected countSessions(Instant until) {
        Arguments.requireNonNull(until, "until");
        return SessionStore.await(store.countUntil(ClaimValues.bounded(until)));
    }

    /** It may have begun again after the revocation that this node remembers. */
    private boolean isOfProvider(String sessionId) {
        return !settings.providers().refreshableSession(sessionId).isZero();
    }

    private boolean isDenied(UserSession session, CompletableFuture<NotBefore> cutoff) {
        return denylist.isDenied(session.id(), session.userId(), session.createdAt(), isOfProvider(session.id()))
                || cutoff.join().covers(session.id(), session.createdAt());
    }

    private void throwIfRejecting(SessionStoreUnavailableException unavailable) {
        if (settings.outagePolicy() == OutagePolicy.REJECT) {
            throw unavailable;
        }
    }
}
