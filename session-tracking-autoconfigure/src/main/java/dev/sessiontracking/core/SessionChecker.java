package dev.sessiontracking.core;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Checks and ends the sessions that verified tokens name. Thread-safe; blocks at most for the store's command timeout. */
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

    /**
     * Revokes the session of a verified token, as {@code SessionService.revokeSession(sessionId)} does, with one round
     * trip less if the token names its user.
     *
     * @return false only if the store confirmed that there was nothing to revoke
     * @throws SessionStoreUnavailableException if the store did not confirm the revocation and the policy is
     *     {@code reject}; the revocation is enforced on this node and pending all the same
     */
    boolean revoke(TokenSession session);

    /**
     * Reads whose session this is, for a warning about the configuration. Costs one command, does not block, and fails with
     * {@link SessionStoreUnavailableException} when the store does not answer.
     *
     * @return the user id that the session was created with; empty when the store holds no such session
     */
    default CompletionStage<Optional<String>> findOwner(String sessionId) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /** Counts a case of a problem. */
    default void found(ClaimProblem problem) {}

    /** What an unproven answer means. */
    OutagePolicy outagePolicy();
}
