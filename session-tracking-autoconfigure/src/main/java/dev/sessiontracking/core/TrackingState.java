// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionStore.StoreDescription;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How session tracking is at one moment, for people. Holds no credentials and no session ids.
 *
 * @param mode whether session tracking rejects tokens
 * @param outagePolicy what tokens are worth during an outage
 * @param outage the outage that lasts, if one does
 * @param store what is known of the store
 * @param nearCache the near cache
 * @param feed what this node knows of the revocations that other nodes announced
 * @param pendingRevocations how many revocations the store has not confirmed
 * @param rememberedRevocations how many revocations this node remembers
 */
public record TrackingState(
        SessionChecker.Mode mode,
        OutagePolicy outagePolicy,
        @Nullable Outage outage,
        StoreDescription store,
        CachingReader.State nearCache,
        CachingReader.FeedState feed,
        int pendingRevocations,
        int rememberedRevocations) {

    /** What somebody must put right, in the store's configuration or ours, or {@code null}. */
    public @Nullable String misconfiguration() {
        return store.misconfiguration();
    }

    /** A constant in logs, tags and JSON, in lower case. */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Knows which ways into the application check sessions. Thread-safe. */
    public interface FilterChains {

        /** The filter chains, in their order; empty until the application has started. */
        List<Chain> chains();

        /**
         * One filter chain.
         *
         * @param name its bean name
         * @param requests which requests it is for
         * @param tokens how it authenticates tokens: {@code none}, {@code jwt}, {@code opaque}, or {@code custom} if the
         *     application has its own manager, resolver or filter for them
         * @param checked whether sessions are checked in it
         * @param open whether it accepts tokens of sessions that have ended
         * @param unverifiable filters of the application. Whether they authenticate tokens, and whether those are checked,
         *     cannot be known at startup
         */
        record Chain(
                String name,
                String requests,
                String tokens,
                boolean checked,
                boolean open,
                List<String> unverifiable) {}
    }

    /**
     * An outage that lasts.
     *
     * @param reason why the store does not answer, in words and without secrets
     * @param since when it stopped
     */
    public record Outage(String reason, Instant since) {}

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
}
