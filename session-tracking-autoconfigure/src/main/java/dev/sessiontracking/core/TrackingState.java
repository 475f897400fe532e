// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.StoreDescription;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
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
}
