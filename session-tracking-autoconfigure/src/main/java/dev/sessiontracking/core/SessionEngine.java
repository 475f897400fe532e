package dev.sessiontracking.core;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;

/** The path of every check: what this node knows to be revoked first, then the store. Thread-safe. */
final class SessionEngine implements SessionChecker {

    private final SessionStore store;

    private final RevocationMemory memory;

    private final OutagePolicy outagePolicy;

    SessionEngine(SessionStore store, RevocationMemory memory, OutagePolicy outagePolicy) {
        this.store = store;
        this.memory = memory;
        this.outagePolicy = outagePolicy;
    }

    @Override
    public SessionCheck check(TokenSession session) {
        if (memory.isDenied(session)) {
            return SessionCheck.ENDED_BY_MEMORY;
        }
        try {
            return Stages.await(store.exists(session.sessionId()))
                    ? SessionCheck.LIVE_BY_STORE
                    : SessionCheck.ENDED_BY_STORE;
        } catch (SessionStoreUnavailableException unavailable) {
            return SessionCheck.UNPROVEN;
        }
    }

    SessionStatus status(String sessionId) {
        return check(TokenSession.of(sessionId)).status();
    }

    @Override
    public OutagePolicy outagePolicy() {
        return outagePolicy;
    }
}
