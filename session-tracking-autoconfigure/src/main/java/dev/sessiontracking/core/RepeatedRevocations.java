package dev.sessiontracking.core;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out again what was revoked before: a failover may have lost it, and a restored backup has undone it. Session
 * ids are used once, so this never hits a new session. Thread-safe; does not block.
 */
final class RepeatedRevocations {

    private static final Logger log = LoggerFactory.getLogger(RepeatedRevocations.class);

    /** More at a time could be longer under way than a command may be. */
    private static final int CHUNK = 256;

    private final SessionStore store;

    RepeatedRevocations(SessionStore store) {
        this.store = store;
    }

    void apply(List<String> sessionIds) {
        applyFrom(0, sessionIds).whenComplete((returned, failure) -> {
            if (failure != null) {
                // It has gone away again, and is given the whole list when it comes back.
                log.debug("The store did not take all revocations again", failure);
            } else if (returned > 0) {
                log.warn(
                        "{} revoked session(s) had come back in the store and are revoked again: it has lost writes,"
                                + " or an older state of it was restored",
                        returned);
            }
        });
    }

    private CompletionStage<Long> applyFrom(int from, List<String> sessionIds) {
        if (from >= sessionIds.size()) {
            return CompletableFuture.completedFuture(0L);
        }
        int to = Math.min(from + CHUNK, sessionIds.size());
        return store.revokeAgain(sessionIds.subList(from, to))
                .thenCompose(here -> applyFrom(to, sessionIds).thenApply(further -> here + further));
    }
}
