// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.TrackingState.SessionStatistics;
import dev.sessiontracking.core.revocation.NotBeforeMarkers;
import dev.sessiontracking.core.revocation.RevocationDenylist;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.SessionStore.Providers;
import dev.sessiontracking.spi.SessionStore.StoreDescription;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The engine, put together: the one service and the one checker of an application share what this node knows. Closing
 * it makes one last attempt to apply revocations that the store has not confirmed.
 */
public final class SessionTracking implements AutoCloseable {

    private final ObservedStore store;

    private final CachingReader reader;

    private final SessionService service;

    private final SessionWrites writes;

    private final SessionEngine checker;

    private final Revoker revoker;

    private final OutageMonitor outages;

    private final SessionEvents events;

    private final SessionStatistics statistics = new SessionStatistics();

    private final Clock clock;

    /**
     * Session tracking over a store.
     *
     * @param reader reads of that store whose answers may be kept, or {@code null} to ask for every check
     */
    public SessionTracking(
            SessionStore store,
            @Nullable CachingReader reader,
            Settings settings,
            Clock clock,
            Collaborators collaborators) {
        this.clock = clock;
        this.reader = reader == null ? CachingReader.NONE : reader;
        this.store = new ObservedStore(store, this.reader, collaborators.storeObserver(), settings.providers(), clock);
        this.events = new SessionEvents(collaborators.listeners(), collaborators.principals(), statistics, clock);
        this.outages = new OutageMonitor(store, settings, clock, events, statistics);
        Duration ttl = settings.lifetimes().ttl();
        // A node that does not know of a cut-off yet may renew a session for the last time.
        Duration longest = (settings.retention().compareTo(ttl) > 0 ? settings.retention() : ttl).plusMinutes(1);
        this.revoker = new Revoker(
                this.store,
                this.reader,
                new RevocationDenylist(clock, settings.retention(), settings.maximumRemembered()),
                new NotBeforeMarkers(this.store, this.store::cachedNotBefore, longest, clock, System::nanoTime),
                events,
                settings.outagePolicy());
        this.checker = new SessionEngine(
                this.store,
                this.reader,
                revoker,
                settings,
                statistics,
                new FirstUses(this.store, this.reader, revoker, events, settings, clock));
        this.writes = new SessionWrites(this.store, checker, revoker, events, settings, clock);
        this.service = new TrackedSessionService(this.store, checker, revoker, events, writes);
        this.reader.observe(revoker.observer());
        // In this order: an outage is reported as ended before its pending revocations are applied.
        store.listen(outages);
        store.listen(revoker.recovery());
    }

    /** With nobody around. */
    public SessionTracking(SessionStore store, @Nullable CachingReader reader, Settings settings, Clock clock) {
        this(store, reader, settings, clock, Collaborators.NONE);
    }

    /**
     * What an engine works with besides its store.
     *
     * @param listeners who hears what becomes a fact; asked for them once, when there is something to tell, and by
     *     threads of the engine only after {@link #listenersAreReady()}
     * @param storeObserver who hears how long the store takes
     * @param principals who knows on whose behalf a thread acts
     */
    public record Collaborators(
            Supplier<List<SessionListener>> listeners, StoreObserver storeObserver, PrincipalSource principals) {

        /** No listener and no observer. */
        public static final Collaborators NONE = new Collaborators(List::of, StoreObserver.NO_OP, PrincipalSource.NONE);
    }

    /** An application without session tracking: plain JWT, the same code for the application. */
    public static SessionTracking off(Lifetimes lifetimes, Clock clock) {
        Settings settings = new Settings(OutagePolicy.PLAIN_JWT, lifetimes, lifetimes.ttl(), 1);
        return new SessionTracking(new NoStore(), null, settings, clock);
    }

    /** What applications inject that issue their own tokens. */
    public SessionTokens tokens(String userIdClaim) {
        return new ClaimSessionTokens(writes, checker, revoker, userIdClaim, clock);
    }

    /** What applications inject. */
    public SessionService service() {
        return service;
    }

    /** What judges the sessions of tokens. */
    public SessionChecker checker() {
        return checker;
    }

    /** How many revocations the store has not confirmed. */
    public int pendingRevocations() {
        return revoker.pendingCount();
    }

    /** Whether the store has not confirmed the revocation of this session. */
    public boolean isRevocationPending(String sessionId) {
        return revoker.isPending(sessionId);
    }

    /**
     * Ends a session of an identity provider, unless its user has authenticated after a time, by the provider's clock. Whoever
     * repeats this does not end a session that has begun again since.
     *
     * @throws SessionStoreUnavailableException if the store did not confirm it, and this node cannot keep it as pending
     */
    public void revokeSession(String sessionId, Instant until, SessionEndReason reason) {
        revoker.revokeUntil(sessionId, until, reason);
    }

    /**
     * Ends the sessions of a user that have begun until a time, by whatever clock that is. Whoever repeats this ends none
     * that has begun since.
     *
     * @throws SessionStoreUnavailableException if the store did not confirm it, and this node cannot keep it as pending
     */
    public void revokeSessions(String userId, Instant until, SessionEndReason reason) {
        revoker.revokeAllUntil(userId, until, reason);
    }

    /** How many revocations this node remembers. */
    public int rememberedRevocations() {
        return revoker.denylist().size();
    }

    /** The cut-off of all users that this node knows, without asking the store; {@code null} if there is none. */
    public @Nullable Instant cutoff() {
        NotBefore cutoff = revoker.markers().remembered(NotBefore.ALL_USERS);
        return cutoff.exists() ? Instant.ofEpochMilli(cutoff.millis()) : null;
    }

    /** Who is to be told of a refused request. */
    public RejectionSink rejections() {
        return events;
    }

    /**
     * Says that the listeners can be asked for on any thread. What happens before that on threads of this engine, an
     * outage while the application starts, is told now.
     */
    public void listenersAreReady() {
        events.listenersAreReady();
    }

    /** What was counted so far. */
    public SessionStatistics statistics() {
        return statistics;
    }

    /** How many outages have begun. */
    public long outages() {
        return outages.count();
    }

    /** How long all outages have lasted together, the present one included. */
    public Duration outageTime() {
        return outages.totalTime();
    }

    /** The near cache at this moment. */
    public CachingReader.State nearCache() {
        return reader.state();
    }

    /** What this node knows of the revocations that other nodes announced. */
    public CachingReader.FeedState feed() {
        return reader.feed();
    }

    /** How things are, without asking the store. */
    public TrackingState state() {
        // Shortly after the start, this waits for the first attempt to connect, on which the rest depends.
        StoreDescription described = store.describe();
        return new TrackingState(
                checker.mode(),
                checker.outagePolicy(),
                outages.current(),
                described,
                nearCache(),
                feed(),
                pendingRevocations(),
                rememberedRevocations());
    }

    @Override
    public void close() {
        revoker.close();
        events.close();
    }

    /**
     * What an application decides about its sessions.
     *
     * @param mode whether session tracking rejects tokens
     * @param outagePolicy what tokens are worth while the store does not answer
     * @param lifetimes how long sessions live
     * @param retention how long a node remembers a revocation; at least as long as a token can live
     * @param maximumRemembered most revocations that a node remembers
     * @param metadata reduces the metadata of a session to what is stored
     * @param limit how many sessions a user may have
     * @param providers the identity providers whose sessions begin with their first use
     */
    public record Settings(
            Mode mode,
            OutagePolicy outagePolicy,
            Lifetimes lifetimes,
            Duration retention,
            int maximumRemembered,
            UnaryOperator<SessionMetadata> metadata,
            Limit limit,
            Providers providers) {

        /** Tokens are rejected, all metadata is stored, and there are neither limits nor identity providers. */
        public Settings(OutagePolicy outagePolicy, Lifetimes lifetimes, Duration retention, int maximumRemembered) {
            this(
                    Mode.ENFORCE,
                    outagePolicy,
                    lifetimes,
                    retention,
                    maximumRemembered,
                    UnaryOperator.identity(),
                    Limit.NONE,
                    Providers.NONE);
        }
    }
}
