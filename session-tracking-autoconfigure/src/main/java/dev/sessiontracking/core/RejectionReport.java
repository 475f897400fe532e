package dev.sessiontracking.core;

import dev.sessiontracking.RequestRejected;
import org.jspecify.annotations.Nullable;

/** Takes note of refused requests, from whoever refuses them. Thread-safe; never throws. */
@FunctionalInterface
public interface RejectionReport {

    /** Takes no note. */
    RejectionReport NONE = (reason, sessionId, userId) -> {};

    /**
     * A request was refused.
     *
     * @param sessionId the session that its token names, if any
     * @param userId whose token it is, if known
     */
    void rejected(RequestRejected.Reason reason, @Nullable String sessionId, @Nullable String userId);
}
