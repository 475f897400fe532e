// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.spi.SessionIds;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Detects wrong settings of {@code session.tracking.jwt} from verified tokens. Warns of unlisted issuers whose tokens
 * name sessions, and of tokens that name another user's live session. Rejects nothing.
 *
 * <p>Looks up the owner of a session once for each unlisted issuer, and for a sample of the live sessions. No request
 * waits for the lookup. The sample is at most {@value #SLOTS} pairs of a session and a user id. Thread-safe, bounded.
 */
final class ClaimDiagnosis {

    static final int SLOTS = 1024;

    private static final Log LOG = LogFactory.getLog(ClaimDiagnosis.class);

    private final SessionChecker checker;

    private final Set<String> unlisted = ConcurrentHashMap.newKeySet();

    /** A bit for each slot, set by the first pair with such a hash. So small that it stays in the processor's cache. */
    private final AtomicLongArray compared = new AtomicLongArray(SLOTS / Long.SIZE);

    private final AtomicBoolean otherUserReported = new AtomicBoolean();

    ClaimDiagnosis(SessionChecker checker) {
        this.checker = checker;
    }

    /** Called when a verified token of an unlisted issuer was accepted. */
    void sawForeign(SessionClaim claim) {
        String sessionId = claim.foreignSessionId();
        if (sessionId != null && UnregisteredSessionWarning.isNew(claim.issuer(), unlisted)) {
            checker.found(ClaimProblem.UNLISTED_ISSUER);
            lookUp(sessionId, owner -> warnOfIssuer(claim.issuer(), sessionId, owner.isPresent()));
        }
    }

    private static void warnOfIssuer(@Nullable String issuer, String sessionId, boolean ours) {
        LOG.warn("A token of the issuer " + UnregisteredSessionWarning.printable(issuer) + " names the session "
                + SessionIds.hash(sessionId)
                + ". session.tracking.jwt.issuers does not list this issuer, and session.tracking.issuers does not either,"
                + " so the session is not checked. Its"
                + " tokens are accepted until they expire. "
                + (ours
                        ? "The store contains this session, so the list is wrong. Add the issuer"
                        : "If your application creates the sessions of this issuer, add the issuer to"
                                + " session.tracking.jwt.issuers. If it is an identity provider with own sessions,"
                                + " configure session.tracking.issuers (docs/identity-providers.md). Add the issuer")
                + " exactly as the claim iss has it; a trailing slash counts. This is logged once for each issuer.");
    }

    /** Called when a verified token was accepted because its session is live. */
    void sawLive(TokenSession session) {
        String userId = session.userId();
        if (userId == null) {
            return;
        }
        long pair = session.sessionId().hashCode() * 0x9E37_79B9_7F4A_7C15L + userId.hashCode();
        int slot = Long.hashCode(pair) & (SLOTS - 1);
        int word = slot / Long.SIZE;
        long bit = 1L << slot;
        if ((compared.get(word) & bit) == 0 && (compared.getAndAccumulate(word, bit, (a, b) -> a | b) & bit) == 0) {
            lookUp(
                    session.sessionId(),
                    owner -> owner.filter(id -> !id.equals(userId))
                            .ifPresent(id -> foundOtherUser(session.sessionId(), id, userId)));
        }
    }

    private void foundOtherUser(String sessionId, String owner, String userId) {
        checker.found(ClaimProblem.OTHER_USER);
        if (otherUserReported.compareAndSet(false, true)) {
            LOG.warn(
                    "A token of the user " + SessionIds.hash(userId) + " names the live session "
                            + SessionIds.hash(sessionId) + " of the user " + SessionIds.hash(owner)
                            + ", and is accepted. While"
                            + " Redis is unavailable, revoking all sessions of a user does not reject such tokens. Set"
                            + " session.tracking.jwt.user-id-claim to the claim that contains the user id passed to"
                            + " createSession. This is logged once. The meter session.tracking.claim.problems counts further cases.");
        }
    }

    /** A failed lookup counts as a missing session, because a warning must not fail a request. */
    private void lookUp(String sessionId, Consumer<Optional<String>> answered) {
        try {
            checker.findOwner(sessionId)
                    .exceptionally(noAnswer -> Optional.empty())
                    .thenAccept(answered);
        } catch (RuntimeException broken) {
            answered.accept(Optional.empty());
        }
    }
}
