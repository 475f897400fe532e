package dev.sessiontracking.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How session tracking is at one moment, for people. Holds no credentials and no session ids.
 *
 * @param outagePolicy what tokens are worth during an outage
 * @param outage the outage that lasts, if one does
 * @param misconfiguration what somebody must put right, in the store's configuration or ours, if anything
 * @param store what is known of the store
 * @param nearCache the near cache
 * @param pendingRevocations how many revocations the store has not confirmed
 * @param rememberedRevocations how many revocations this node remembers
 */
public record TrackingState(
        OutagePolicy outagePolicy,
        @Nullable Outage outage,
        @Nullable String misconfiguration,
        StoreDescription store,
        Cache nearCache,
        int pendingRevocations,
        int rememberedRevocations) {

    /**
     * The near cache.
     *
     * @param status whether answers are kept
     * @param proven whether they may be given at this moment; not so on a node without traffic, which is no fault
     * @param proofAge how long ago the store was last proven to be reachable, if it ever was
     * @param size how many are kept
     */
    public record Cache(
            CacheStatus status, boolean proven, @Nullable Duration proofAge, long size) {}
}
