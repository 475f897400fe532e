package dev.sessiontracking.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Judges the session that a token names. Thread-safe; blocks no longer than the store's command timeout. */
public interface SessionChecker {

    /** Never throws for an outage: that is {@link SessionCheck#UNPROVEN}, and {@link #outagePolicy()} decides. */
    SessionCheck check(TokenSession session);

    /**
     * Whether a token that names no session is refused all the same, because this node knows of a revocation of all
     * that its user had begun.
     *
     * @param userId whose token it is, when it says so
     * @param authenticatedAt when its user last gave credentials, when it says so
     */
    default boolean isDeniedWithoutSession(@Nullable String userId, @Nullable Instant authenticatedAt) {
        return false;
    }

    /** What an unproven answer means. */
    OutagePolicy outagePolicy();
}
