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

    private final SessionService service;

    private final SessionChecker checker;

    private final Revoker revoker;

    private SessionTracking(
            SessionStore store, @Nullable TrackedReader tracked, SessionTrackingSettings settings, Clock clock) {
        RevocationMemory memory = new RevocationMemory(clock, settings.retention(), settings.maximumRemembered());
        OutageReport report = new OutageReport(settings.outagePolicy(), clock, this::storeIsBack);
        SessionEngine engine = new SessionEngine(store, tracked, memory, settings.outagePolicy(), report, clock);
        this.revoker = new Revoker(store, memory, engine, report, settings.maximumRemembered(), clock);
        this.checker = engine;
        this.service = new TrackedSessionService(store, engine, revoker, report, memory, settings.ttl(), clock);
        if (tracked != null) {
            tracked.tell(revoker.evidence());
        }
        store.listen(report);
    }

    private void storeIsBack() {
        revoker.storeIsBack();
    }

    /**
     * Session tracking over a store.
     *
     * @param tracked reads of that store whose answers may be kept, or {@code null} to ask for every check
     */
    public static SessionTracking over(
            SessionStore store, @Nullable TrackedReader tracked, SessionTrackingSettings settings, Clock clock) {
        return new SessionTracking(store, tracked, settings, clock);
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
