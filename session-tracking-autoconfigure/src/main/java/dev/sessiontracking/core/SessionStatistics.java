// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.Result;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this node has counted since it started. Counting takes no lock and allocates nothing, as it is part of every
 * check; the numbers only grow. Thread-safe.
 */
public final class SessionStatistics {

    private static final SessionEndReason OTHER = new SessionEndReason("other");

    private static final List<SessionEndReason> REASONS = List.of(
            SessionEndReason.LOGOUT,
            SessionEndReason.REVOKED,
            SessionEndReason.ADMINISTRATOR,
            SessionEndReason.REPLACED,
            SessionEndReason.LIMIT,
            SessionEndReason.CREDENTIALS_CHANGED,
            SessionEndReason.IDENTITY_PROVIDER,
            SessionEndReason.TOKEN_REUSED,
            OTHER);

    private final Map<Result, LongAdder> checks = adders(Result.class);

    private final Map<RequestRejected.Reason, LongAdder> rejections = adders(RequestRejected.Reason.class);

    private final Map<RequestRejected.Reason, LongAdder> observed = adders(RequestRejected.Reason.class);

    private final Map<RevocationOperation, LongAdder> revocations = adders(RevocationOperation.class);

    private final Map<SessionEndReason, LongAdder> endings =
            REASONS.stream().collect(Collectors.toUnmodifiableMap(reason -> reason, reason -> new LongAdder()));

    private final Map<ClaimProblem, LongAdder> claimProblems = adders(ClaimProblem.class);

    private final LongAdder trackedLogins = new LongAdder();

    private final LongAdder untrackedLogins = new LongAdder();

    private final LongAdder renewals = new LongAdder();

    private final LongAdder pendingRevocations = new LongAdder();

    /** Complete from the start and never changed, so that it needs no lock. */
    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
        Map<E, LongAdder> adders = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            adders.put(constant, new LongAdder());
        }
        return adders;
    }

    private static <E extends Enum<E>> LongAdder of(Map<E, LongAdder> adders, E constant) {
        return Objects.requireNonNull(adders.get(constant));
    }

    void checked(Result check) {
        of(checks, check).increment();
    }

    void loggedIn(boolean tracked) {
        (tracked ? trackedLogins : untrackedLogins).increment();
    }

    void renewed() {
        renewals.increment();
    }

    void revoked(RevocationOperation operation, SessionEndReason reason) {
        of(revocations, operation).increment();
        endings(REASONS.contains(reason) ? reason : OTHER).increment();
    }

    void pending() {
        pendingRevocations.increment();
    }

    /** How many revocations have become pending, those that the store has confirmed meanwhile included. */
    long pendingRevocations() {
        return pendingRevocations.sum();
    }

    void rejected(RequestRejected.Reason reason) {
        of(rejections, reason).increment();
    }

    void observed(RequestRejected.Reason reason) {
        of(observed, reason).increment();
    }

    void found(ClaimProblem problem) {
        of(claimProblems, problem).increment();
    }

    /** How many cases of this problem were found: issuers, or pairs of a session and a user id. */
    public long claimProblems(ClaimProblem problem) {
        return of(claimProblems, problem).sum();
    }

    /** How many checks ended like this. */
    public long checks(Result check) {
        return of(checks, check).sum();
    }

    /** How many checks rested on this. */
    public long checks(Result.Source source) {
        return Stream.of(Result.values())
                .filter(check -> check.source() == source)
                .mapToLong(this::checks)
                .sum();
    }

    /** How many sessions were begun. */
    public long logins(boolean tracked) {
        return (tracked ? trackedLogins : untrackedLogins).sum();
    }

    /** How many renewals the store has confirmed. */
    public long renewals() {
        return renewals.sum();
    }

    /** How many revocations ended a session, or were kept for the store. */
    public long revocations(RevocationOperation operation) {
        return of(revocations, operation).sum();
    }

    /** The reasons that are counted. An application's own reasons are counted as one. */
    public List<SessionEndReason> endReasons() {
        return REASONS;
    }

    /** How many revocations had this reason. */
    public long revocations(SessionEndReason reason) {
        return endings(reason).sum();
    }

    private LongAdder endings(SessionEndReason reason) {
        return Objects.requireNonNull(endings.get(reason));
    }

    /** How many requests were refused for this reason. */
    public long rejections(RequestRejected.Reason reason) {
        return of(rejections, reason).sum();
    }

    /** How many tokens were accepted that would have been refused for this reason, in the mode {@code observe}. */
    public long observedRejections(RequestRejected.Reason reason) {
        return of(observed, reason).sum();
    }

    /**
     * Which share of the checks that a near cache could have answered it did answer, from 0 to 1; {@code NaN} before
     * the first.
     */
    public double hitRatio() {
        double hits = checks(Result.Source.CACHE);
        double misses = checks(Result.Source.STORE) + checks(Result.Source.UNVERIFIED);
        return hits / (hits + misses);
    }
}
