package dev.sessiontracking.core;

import dev.sessiontracking.RequestRejected;
import org.jspecify.annotations.Nullable;

/** Takes note of refused requests, from whoever refuses them. Thread-safe; never throws. */
@FunctionalInterface
public interface RejectionReport {

    /** Takes no note. */
    RejectionReport NONE = (reason, session) -> {};

    /**
     * A request was refused.
     *
     * @param session what its token said of its session, if anything
     */
    void rejected(RequestRejected.Reason reason, @Nullable TokenSession session);
}
