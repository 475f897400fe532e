// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An engine in memory that counts what it is asked. */
public class RecordingSessions implements SessionChecker {

    /** Live sessions, and whose they are. */
    private final ConcurrentMap<String, String> live = new ConcurrentHashMap<>();

    private final Set<String> knownRevoked = ConcurrentHashMap.newKeySet();

    private final List<TokenSession> lookups = new CopyOnWriteArrayList<>();

    private final List<String> revocations = new CopyOnWriteArrayList<>();

    private final List<String> ownerLookups = new CopyOnWriteArrayList<>();

    private final List<ClaimProblem> problems = new CopyOnWriteArrayList<>();

    private final ConcurrentMap<String, SessionEndReason> reasons = new ConcurrentHashMap<>();

    private final ConcurrentMap<String, Instant> notBefores = new ConcurrentHashMap<>();

    private volatile boolean down;

    private volatile OutagePolicy policy = OutagePolicy.PLAIN_JWT;

    /** What decides with these sessions, on tokens of these issuers. */
    public SessionTokenEvaluator evaluator(RejectionSink rejections, String... issuers) {
        return evaluator(rejections, false, List.of(issuers));
    }

    SessionTokenEvaluator evaluator(RejectionSink rejections, boolean requireSession, List<String> issuers) {
        JwtProperties properties = new JwtProperties(List.of("sid"), "sub", issuers, requireSession);
        TrustedIssuers trusted = new TrustedIssuers(properties, new IssuersProperties(Map.of()), null);
        return new SessionTokenEvaluator(trusted, requireSession, this, rejections);
    }

    /** A new session that lives. */
    public String begin() {
        return createSession("alice", SessionMetadata.none()).id();
    }

    public void goDown(OutagePolicy policy) {
        this.policy = policy;
        this.down = true;
    }

    public void recover() {
        this.down = false;
        this.policy = OutagePolicy.PLAIN_JWT;
    }

    public void forget() {
        lookups.clear();
        revocations.clear();
    }

    public List<TokenSession> lookups() {
        return List.copyOf(lookups);
    }

    public long lookups(String sessionId) {
        return lookups.stream().filter(s -> s.sessionId().equals(sessionId)).count();
    }

    public List<String> revocations() {
        return List.copyOf(revocations);
    }

    public List<String> ownerLookups() {
        return List.copyOf(ownerLookups);
    }

    public List<ClaimProblem> problems() {
        return List.copyOf(problems);
    }

    @Override
    public CompletionStage<Optional<String>> findOwner(String sessionId) {
        ownerLookups.add(sessionId);
        return down
                ? CompletableFuture.failedFuture(new SessionStoreUnavailableException("The store is down", null))
                : CompletableFuture.completedFuture(Optional.ofNullable(live.get(sessionId)));
    }

    @Override
    public void found(ClaimProblem problem) {
        problems.add(problem);
    }

    @Override
    public Result check(TokenSession session) {
        lookups.add(session);
        if (knownRevoked.contains(session.sessionId())) {
            return Result.ENDED_BY_DENYLIST;
        }
        if (down) {
            return Result.UNVERIFIED;
        }
        return live.containsKey(session.sessionId()) ? Result.LIVE_BY_STORE : Result.ENDED_BY_STORE;
    }

    @Override
    public @Nullable Result checkNow(TokenSession session) {
        return null;
    }

    /** On a thread of its own, as a store does. */
    @Override
    public CompletionStage<Result> checkLater(TokenSession session) {
        return CompletableFuture.supplyAsync(() -> check(session));
    }

    /** The user's not-before marker is now at this time. */
    public void raiseMarker(String userId, Instant notBefore) {
        notBefores.put(userId, notBefore);
    }

    @Override
    public Result checkWithoutSession(String userId, @Nullable Instant authenticatedAt) {
        if (down) {
            return Result.UNVERIFIED;
        }
        Instant notBefore = notBefores.get(userId);
        return notBefore != null && (authenticatedAt == null || !authenticatedAt.isAfter(notBefore))
                ? Result.ENDED_BY_STORE
                : Result.LIVE_BY_STORE;
    }

    @Override
    public OutagePolicy outagePolicy() {
        return policy;
    }

    public UserSession createSession(String userId, String sessionId, SessionMetadata metadata) {
        live.put(sessionId, userId);
        return new UserSession(
                sessionId, userId, metadata, Instant.now(), Instant.now().plusSeconds(3600), true);
    }

    public UserSession createSession(String userId, SessionMetadata metadata) {
        return createSession(userId, SessionIds.generate(), metadata);
    }

    public boolean isSessionValid(String sessionId) {
        return live.containsKey(sessionId);
    }

    public boolean revokeSession(String sessionId) {
        return revokeSession(sessionId, SessionEndReason.REVOKED);
    }

    public boolean revokeSession(String sessionId, SessionEndReason reason) {
        reasons.put(sessionId, reason);
        revocations.add(sessionId);
        boolean was = live.remove(sessionId) != null;
        if (down) {
            knownRevoked.add(sessionId);
            if (policy == OutagePolicy.REJECT) {
                throw new SessionStoreUnavailableException("The store is down", null);
            }
        }
        return was || down;
    }

    @Override
    public CompletionStage<Optional<SessionEndReason>> endReason(TokenSession session) {
        return CompletableFuture.completedFuture(Optional.ofNullable(reasons.get(session.sessionId())));
    }

    @Override
    public boolean revoke(TokenSession session) {
        return revokeSession(session.sessionId());
    }
}
