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
     * Checks a token that names no session against its user's not-before marker. The marker decides by the time of
     * authentication, never by {@code iat}: a refresh renews that.
     *
     * @param userId whose token it is
     * @param authenticatedAt when its user last gave credentials, or {@code null} if the token does not say so: then a
     *     marker invalidates it
     * @return {@code LIVE} if no marker invalidates the token. Never throws for an outage, as {@link #check}
     */
    default SessionCheck checkWithoutSession(String userId, @Nullable Instant authenticatedAt) {
        return SessionCheck.LIVE_BY_STORE;
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
