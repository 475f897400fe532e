package dev.sessiontracking.core;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.core.cache.CachingReader;
import dev.sessiontracking.core.cache.NearCache;
import dev.sessiontracking.core.cache.NearCache.Status;
import dev.sessiontracking.spi.PrincipalSource;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreDescription;
import dev.sessiontracking.spi.StoreObserver;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine, put together: the one service and the one checker of an application share what this node knows. Closing
 * it makes one last attempt to apply revocations that the store has not confirmed.
 */
public final class SessionTracking implements AutoCloseable {

    private final SessionStore store;

    private final @Nullable CachingReader tracked;

    private final SessionService service;

    private final SessionChecker checker;

    private final Revoker revoker;

    private final RevocationDenylist memory;

    private final OutageMonitor outages;

    private final StoreWatch watch;

    private final SessionEvents events;

    private final SessionStatistics statistics = new SessionStatistics();

    private SessionTracking(
            SessionStore store,
            @Nullable CachingReader tracked,
            Settings settings,
            Clock clock,
            Surroundings surroundings) {
        this.store = store;
        this.tracked = tracked;
        this.memory = new RevocationDenylist(clock, settings.retention(), settings.maximumRemembered());
        this.events = new SessionEvents(surroundings.listeners(), surroundings.principals(), statistics, clock);
        this.outages = new OutageMonitor(settings.outagePolicy(), clock, events, this::storeIsBack);
        this.watch = new StoreWatch(surroundings.storeObserver());
        SessionStore watched = new ObservedStore(store, watch);
        Duration longest = settings.retention().compareTo(settings.ttl()) > 0 ? settings.retention() : settings.ttl();
        NotBeforeMarkers markers = new NotBeforeMarkers(watched, tracked, longest, clock);
        this.revoker = new Revoker(watched, tracked, memory, markers, outages, events, settings.maximumRemembered());
        SessionEngine engine = new SessionEngine(
                watched, tracked, memory, markers, revoker, settings.outagePolicy(), outages, watch, statistics, clock);
        this.checker = engine;
        this.service = new TrackedSessionService(
                watched,
                engine,
                revoker,
                outages,
                memory,
                markers,
                events,
                surroundings.metadata(),
                settings.ttl(),
                clock);
        if (tracked != null) {
            tracked.tell(revoker.evidence());
        }
        store.listen(outages);
    }

    private void storeIsBack() {
        revoker.storeIsBack();
    }

    /**
     * What an engine may have around it.
     *
     * @param listeners who hears what becomes a fact; asked for them once, when there is something to tell, and by
     *     threads of the engine only after {@link #listenersAreReady()}
     * @param storeObserver who hears how long the store takes
     * @param principals who knows on whose behalf a thread acts
     * @param metadata how much of where a session was begun from is kept
     */
    public record Surroundings(
            Supplier<List<SessionListener>> listeners,
            StoreObserver storeObserver,
            PrincipalSource principals,
            MetadataPolicy metadata) {

        /** Nobody, and everything is kept. */
        public static final Surroundings NONE =
                new Surroundings(List::of, StoreObserver.NO_OP, PrincipalSource.NONE, MetadataPolicy.KEEP);
    }

    /**
     * Session tracking over a store, with nobody around.
     *
     * @param tracked reads of that store whose answers may be kept, or {@code null} to ask for every check
     */
    public static SessionTracking over(
            SessionStore store, @Nullable CachingReader tracked, Settings settings, Clock clock) {
        return over(store, tracked, settings, clock, Surroundings.NONE);
    }

    /**
     * Session tracking over a store.
     *
     * @param tracked reads of that store whose answers may be kept, or {@code null} to ask for every check
     */
    public static SessionTracking over(
            SessionStore store,
            @Nullable CachingReader tracked,
            Settings settings,
            Clock clock,
            Surroundings surroundings) {
        return new SessionTracking(store, tracked, settings, clock, surroundings);
    }

    /** The service of an application without session tracking: plain JWT. */
    public static SessionService off(Duration ttl, Clock clock) {
        return new UntrackedSessionService(ttl, clock);
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

    /** How many revocations this node remembers. */
    public int rememberedRevocations() {
        return memory.size();
    }

    /** Who is to be told of a refused request. */
    public RejectionReport rejections() {
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
    public TrackingState.Cache nearCache() {
        if (tracked == null) {
            return new TrackingState.Cache(Status.off("session.tracking.near-cache.enabled=false"), false, null, 0);
        }
        List<NearCache> caches = tracked.caches();
        return new TrackingState.Cache(
                tracked.status(),
                !caches.isEmpty() && caches.stream().allMatch(NearCache::isProven),
                oldestProof(caches),
                caches.stream().mapToLong(NearCache::size).sum());
    }

    /** Of several servers the one that was proven longest ago; {@code null} when one is not proven at all. */
    private static @Nullable Duration oldestProof(List<NearCache> caches) {
        Duration oldest = null;
        for (NearCache cache : caches) {
            Duration age = cache.proofAge();
            if (age == null) {
                return null;
            }
            oldest = oldest == null || age.compareTo(oldest) > 0 ? age : oldest;
        }
        return oldest;
    }

    /** How things are, without asking the store. */
    public TrackingState state() {
        StoreDescription description = store.describe();
        return new TrackingState(
                checker.outagePolicy(),
                outages.current(),
                description.misconfiguration() != null ? description.misconfiguration() : watch.refused(),
                description,
                nearCache(),
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
     * @param outagePolicy what tokens are worth while the store does not answer
     * @param ttl how long a session lives after its creation or last renewal
     * @param retention how long a node remembers a revocation; at least as long as a token can live
     * @param maximumRemembered most revocations that a node remembers
     */
    public record Settings(OutagePolicy outagePolicy, Duration ttl, Duration retention, int maximumRemembered) {}
}
