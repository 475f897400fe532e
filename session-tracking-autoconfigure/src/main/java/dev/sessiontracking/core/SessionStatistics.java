// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.Result;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this node has counted since it started. The numbers only grow. Thread-safe.
 *
 * @param checks checks by their result
 * @param rejections requests that were refused, by reason
 * @param observedRejections tokens that were accepted in the mode {@code observe} and would have been refused, by reason
 * @param logins sessions that were begun, by whether they are tracked
 * @param renewals renewals that the store has confirmed
 * @param revocations revocations that ended a session, or were kept for the store
 * @param endReasons the same by their reason. An application's own reasons are counted as one
 * @param pendingRevocations revocations that have become pending, those that the store has confirmed meanwhile included
 * @param claimProblems cases that were found: issuers, or pairs of a session and a user id
 */
public record SessionStatistics(
        Counters<Result> checks,
        Counters<RequestRejected.Reason> rejections,
        Counters<RequestRejected.Reason> observedRejections,
        Counters<Boolean> logins,
        Counters<SessionRenewal> renewals,
        Counters<RevocationOperation> revocations,
        Counters<SessionEndReason> endReasons,
        Counters<RevocationOperation> pendingRevocations,
        Counters<ClaimProblem> claimProblems) {

    private static final SessionEndReason OTHER = new SessionEndReason("other");

    SessionStatistics() {
        this(
                new Counters<>(Result.values()),
                new Counters<>(RequestRejected.Reason.values()),
                new Counters<>(RequestRejected.Reason.values()),
                new Counters<>(true, false),
                new Counters<>(SessionRenewal.RENEWED),
                new Counters<>(RevocationOperation.values()),
                new Counters<>(
                        SessionEndReason.LOGOUT,
                        SessionEndReason.REVOKED,
                        SessionEndReason.ADMINISTRATOR,
                        SessionEndReason.REPLACED,
                        SessionEndReason.LIMIT,
                        SessionEndReason.CREDENTIALS_CHANGED,
                        SessionEndReason.IDENTITY_PROVIDER,
                        SessionEndReason.TOKEN_REUSED,
                        OTHER),
                new Counters<>(RevocationOperation.values()),
                new Counters<>(ClaimProblem.values()));
    }

    void revoked(RevocationOperation operation, SessionEndReason reason) {
        revocations.increment(operation);
        endReasons.increment(endReasons.keys().contains(reason) ? reason : OTHER);
    }

    /**
     * Which share of the checks that a near cache could have answered it did answer, from 0 to 1; {@code NaN} before
     * the first.
     */
    public double hitRatio() {
        double hits = checks.of(Result.LIVE_BY_CACHE) + checks.of(Result.ENDED_BY_CACHE);
        return hits / (checks.sum() - checks.of(Result.ENDED_BY_DENYLIST));
    }

    /** Counters of one kind. Counting takes no lock and allocates nothing, as it is part of every check. */
    public static final class Counters<K> {

        /** Complete from the start and never changed. */
        private final Map<K, LongAdder> counters = new LinkedHashMap<>();

        @SafeVarargs
        Counters(K... keys) {
            for (K key : keys) {
                counters.put(key, new LongAdder());
            }
        }

        void increment(K key) {
            counter(key).increment();
        }

        /** What is counted. */
        public Set<K> keys() {
            return counters.keySet();
        }

        /** How often this was counted. */
        public long of(K key) {
            return counter(key).sum();
        }

        /** How often anything was counted. */
        public long sum() {
            return counters.values().stream().mapToLong(LongAdder::sum).sum();
        }

        private LongAdder counter(K key) {
            return Objects.requireNonNull(counters.get(key));
        }
    }
}
