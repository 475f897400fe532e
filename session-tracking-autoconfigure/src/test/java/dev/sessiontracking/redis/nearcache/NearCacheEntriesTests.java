// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.spi.CachingReader.Moment;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is kept, and what an invalidation removes: sessions, absent sessions and not-before markers. */
class NearCacheEntriesTests {

    private static final Duration BOUND = Duration.ofMillis(500);

    private static final NotBefore MARKER = new NotBefore(1, null, 0);

    private final MutableClock clock = MutableClock.startingAt(Instant.parse("2030-01-01T00:00:00Z"));

    private final AtomicLong nanos = new AtomicLong();

    private final NearCache cache = new NearCache(10, BOUND, nanos::get, clock);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        clock.advance(time);
    }

    private long in(Duration time) {
        return clock.instant().plus(time).toEpochMilli();
    }

    @Test
    void markerIsAnsweredWhileTheLeaseIsFresh() {
        cache.putMarker("alice", MARKER);
        assertThat(cache.lookupMarker("alice")).isNull();
        cache.renewLease(cache.now());
        assertThat(cache.lookupMarker("alice")).isEqualTo(MARKER);
        assertThat(cache.lookupMarker("bob")).isNull();
        pass(BOUND);
        assertThat(cache.lookupMarker("alice")).isEqualTo(MARKER);
        pass(Duration.ofMillis(1));
        assertThat(cache.lookupMarker("alice")).isNull();
    }

    @Test
    void invalidatedMarkerIsNotAnswered() {
        cache.putMarker("alice", MARKER);
        cache.putMarker("bob", MARKER);
        cache.renewLease(cache.now());
        cache.invalidateMarker("alice");
        assertThat(cache.lookupMarker("alice")).isNull();
        assertThat(cache.lookupMarker("bob")).isEqualTo(MARKER);
        cache.clear();
        cache.renewLease(cache.now());
        assertThat(cache.lookupMarker("bob")).isNull();
    }

    @Test
    void invalidationTellsWhetherALiveSessionWasKept() {
        cache.putLive("live", 1, in(Duration.ofSeconds(2)));
        cache.putLive("expiring", 1, in(Duration.ofSeconds(1)));
        cache.putAbsent("absent");
        clock.advance(Duration.ofSeconds(1));
        assertThat(cache.invalidate("live")).isTrue();
        assertThat(cache.invalidate("live")).isFalse();
        assertThat(cache.invalidate("expiring")).isFalse();
        assertThat(cache.invalidate("absent")).isFalse();
        assertThat(cache.size()).isZero();
    }

    @Test
    void sessionIsKeptAsLiveOrAsAbsent() {
        cache.putAbsent("a");
        cache.putLive("a", 1, in(BOUND));
        assertThat(cache.size()).isEqualTo(1);
        cache.putAbsent("a");
        assertThat(cache.size()).isEqualTo(1);
        cache.renewLease(cache.now());
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.ENDED);
    }

    @Test
    void sizeCountsAllThatIsKept() {
        for (int i = 0; i < 3; i++) {
            cache.putLive("live" + i, 1, in(BOUND));
            cache.putMarker("user" + i, MARKER);
        }
        cache.putAbsent("absent");
        assertThat(cache.size()).isEqualTo(7);
    }

    @Test
    void boundHoldsForMarkersToo() {
        cache.resize(4);
        for (int i = 0; i < 100; i++) {
            cache.putMarker("user" + i, MARKER);
        }
        assertThat(cache.size()).isEqualTo(4);
    }

    @Test
    void boundOfReasonsGrowsWithTheCache() {
        cache.resize(100);
        for (int i = 0; i < 10; i++) {
            cache.putEndReason("ended" + i, Optional.empty());
        }
        for (int i = 0; i < 10; i++) {
            assertThat(cache.endReason("ended" + i)).isNotNull();
        }
    }

    @Test
    void ageOfTheLeaseIsThatOfTheRequest() {
        assertThat(cache.leaseAge()).isNull();
        Moment sent = cache.now();
        pass(BOUND);
        cache.renewLease(sent);
        assertThat(cache.leaseAge()).isEqualTo(BOUND);
        pass(BOUND);
        cache.renewLease(cache.now());
        assertThat(cache.leaseAge()).isEqualTo(Duration.ZERO);
        cache.endLease();
        assertThat(cache.leaseAge()).isNull();
    }

    @Test
    void reasonIsKeptUntilTheSessionIsInvalidated() {
        Optional<SessionEndReason> logout = Optional.of(SessionEndReason.LOGOUT);
        assertThat(cache.endReason("a")).isNull();
        cache.putAbsent("a");
        cache.putEndReason("a", logout);
        assertThat(cache.endReason("a")).isEqualTo(logout);
        cache.invalidate("a");
        assertThat(cache.endReason("a")).isNull();
        cache.putAbsent("a");
        cache.putEndReason("a", Optional.empty());
        assertThat(cache.endReason("a")).isEqualTo(Optional.empty());
        cache.putLive("a", 1, in(BOUND));
        assertThat(cache.endReason("a")).isNull();
    }

    @Test
    void sessionThatWasKeptUntilItExpiredHasExpired() {
        cache.putLive("a", 1, in(Duration.ofSeconds(1)));
        cache.putLive("b", 1, in(Duration.ofSeconds(1)));
        cache.putAbsent("b");
        assertThat(cache.endReason("b")).isNull();
        clock.advance(Duration.ofSeconds(1));
        cache.putAbsent("a");
        cache.invalidate("a");
        assertThat(cache.endReason("a")).contains(SessionEndReason.EXPIRED);
        cache.clear();
        assertThat(cache.endReason("a")).isNull();
    }

    // the cut-off, and sessions of identity providers

    private static NotBefore until(long millis) {
        return new NotBefore(millis, null, 0);
    }

    private SessionStatus ofProvider(String sessionId, NotBefore cutoff, long authenticatedAt) {
        return cache.lookup(sessionId, cutoff, Instant.ofEpochMilli(authenticatedAt));
    }

    @Test
    void cutoffEndsWhatBeganUntilItsTime() {
        cache.putLive("a", 5, in(BOUND));
        cache.renewLease(cache.now());
        assertThat(cache.lookup("a", until(4))).isEqualTo(SessionStatus.LIVE);
        assertThat(cache.lookup("a", until(5))).isEqualTo(SessionStatus.ENDED);
        assertThat(cache.lookup("a", NotBefore.CLEARED)).isEqualTo(SessionStatus.LIVE);
        assertThat(cache.lookup("unknown", until(5))).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void liveSessionOfAProviderHasEndedForEarlierLogins() {
        cache.putLive("a", 1, in(BOUND), 5);
        cache.putLive("never ended", 1, in(BOUND));
        assertThat(ofProvider("a", NotBefore.NONE, 6)).isEqualTo(SessionStatus.UNKNOWN);
        cache.renewLease(cache.now());
        assertThat(ofProvider("a", NotBefore.NONE, 5)).isEqualTo(SessionStatus.ENDED);
        assertThat(ofProvider("a", NotBefore.NONE, 6)).isEqualTo(SessionStatus.LIVE);
        assertThat(cache.lookup("a", NotBefore.NONE, null)).isEqualTo(SessionStatus.ENDED);
        assertThat(ofProvider("never ended", NotBefore.NONE, 0)).isEqualTo(SessionStatus.LIVE);
        assertThat(cache.lookup("never ended", NotBefore.NONE, null)).isEqualTo(SessionStatus.LIVE);
    }

    @Test
    void absentSessionOfAProviderHasEndedForEarlierLoginsOnly() {
        cache.putAbsent("a");
        cache.renewLease(cache.now());
        assertThat(ofProvider("a", NotBefore.NONE, 0)).as("not recorded yet").isEqualTo(SessionStatus.UNKNOWN);
        cache.putEnded("a", Instant.ofEpochMilli(5));
        cache.putEnded("unknown", Instant.ofEpochMilli(5));
        assertThat(ofProvider("a", NotBefore.NONE, 5)).isEqualTo(SessionStatus.ENDED);
        assertThat(ofProvider("a", NotBefore.NONE, 6)).isEqualTo(SessionStatus.UNKNOWN);
        assertThat(cache.lookup("a", NotBefore.NONE, null)).isEqualTo(SessionStatus.ENDED);
        assertThat(ofProvider("unknown", NotBefore.NONE, 5)).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void cutoffEndsTheLoginsOfAProviderUntilItsTime() {
        cache.putLive("a", 1, in(BOUND));
        cache.renewLease(cache.now());
        assertThat(ofProvider("a", until(7), 7)).isEqualTo(SessionStatus.ENDED);
        assertThat(ofProvider("a", until(7), 8)).isEqualTo(SessionStatus.LIVE);
        assertThat(cache.lookup("a", until(7), null)).isEqualTo(SessionStatus.ENDED);
        assertThat(ofProvider("unknown", until(7), 7)).isEqualTo(SessionStatus.UNKNOWN);
    }
}
