package dev.sessiontracking.core;

import dev.sessiontracking.SessionService;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The engine, put together: the one service and the one checker of an application share what this node knows. Closing
 * it makes one last attempt to apply revocations that the store has not confirmed.
 */
public final class SessionTracking implements AutoCloseable {

    /** Most revocations that a node remembers. */
    public static final int DEFAULT_MAXIMUM_REMEMBERED = 100_000;

    private final SessionService service;

    private final SessionChecker checker;

    private final Revoker revoker;

    private SessionTracking(
            SessionStore store, @Nullable TrackedReader tracked, OutagePolicy outagePolicy, Duration ttl, Clock clock) {
        RevocationMemory memory = new RevocationMemory(clock, ttl, DEFAULT_MAXIMUM_REMEMBERED);
        OutageReport report = new OutageReport(outagePolicy, clock, this::storeIsBack);
        SessionEngine engine = new SessionEngine(store, tracked, memory, outagePolicy, report, clock);
        this.revoker = new Revoker(store, memory, engine, report, DEFAULT_MAXIMUM_REMEMBERED);
        this.checker = engine;
        this.service = new TrackedSessionService(store, engine, revoker, report, memory, ttl, clock);
        store.listen(report);
    }

    private void storeIsBack() {
        revoker.applyPending();
    }

    /**
     * Session tracking over a store.
     *
     * @param tracked reads of that store whose answers may be kept, or {@code null} to ask for every check
     * @param ttl how long a session lives after its creation or last renewal
     */
    public static SessionTracking over(
            SessionStore store, @Nullable TrackedReader tracked, OutagePolicy outagePolicy, Duration ttl, Clock clock) {
        return new SessionTracking(store, tracked, outagePolicy, ttl, clock);
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

    @Override
    public void close() {
        revoker.close();
    }
}
