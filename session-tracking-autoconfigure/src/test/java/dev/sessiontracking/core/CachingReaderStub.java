// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.redis.nearcache.NearCache;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A near cache on a test's clock, which a test fills. */
public final class CachingReaderStub implements CachingReader {

    public final NearCache cache;

    public final List<String> checked = new ArrayList<>();

    public final List<String> forgottenMarkers = new ArrayList<>();

    public @Nullable RevocationObserver observer;

    /** The answer to reads that fill the cache, if that way is open. */
    public @Nullable CompletionStage<Boolean> read;

    public @Nullable NotBefore cachedMarker;

    public @Nullable CompletionStage<@Nullable NotBefore> readMarker;

    public CachingReaderStub(MutableClock clock) {
        this.cache = new NearCache(
                100,
                Duration.ofMinutes(1),
                () -> ChronoUnit.NANOS.between(java.time.Instant.EPOCH, clock.instant()),
                clock);
    }

    /** The store has answered just now. */
    public void renewLease() {
        cache.renewLease(cache.now());
    }

    @Override
    public SessionStatus lookup(String sessionId) {
        checked.add(sessionId);
        return cache.lookup(sessionId);
    }

    @Override
    public SessionStatus lookup(String sessionId, @Nullable NotBefore cutoff) {
        checked.add(sessionId);
        return cutoff == null ? SessionStatus.UNKNOWN : cache.lookup(sessionId, cutoff);
    }

    @Override
    public void invalidate(String sessionId) {
        cache.invalidate(sessionId);
    }

    @Override
    @SuppressWarnings("NullableOptional")
    public @Nullable Optional<SessionEndReason> lookupEndReason(String sessionId) {
        return cache.endReason(sessionId);
    }

    @Override
    public void keepEndReason(String sessionId, Optional<SessionEndReason> reason) {
        cache.putEndReason(sessionId, reason);
    }

    @Override
    public void observe(RevocationObserver observer) {
        this.observer = observer;
    }

    @Override
    public @Nullable CompletionStage<Boolean> read(String sessionId) {
        return read;
    }

    @Override
    public @Nullable NotBefore lookupNotBefore(String userId) {
        return cachedMarker;
    }

    @Override
    public @Nullable CompletionStage<@Nullable NotBefore> readNotBefore(String userId) {
        return readMarker;
    }

    @Override
    public void invalidateNotBefore(String userId) {
        forgottenMarkers.add(userId);
    }
}
