// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How much is kept, whoever asks for what. */
class NearCacheSizeTests {

    private final NearCache cache = new NearCache(100, Duration.ofMinutes(1), System::nanoTime, Clock.systemUTC());

    private void keepLive(String sessionId) {
        cache.putLive(sessionId, 1, Instant.now().plusSeconds(3600).toEpochMilli());
    }

    @Test
    void aFloodOfMadeUpIdsIsBoundedAndEvictsNoLiveSession() {
        for (int i = 0; i < 100; i++) {
            keepLive("live-" + i);
        }
        for (int i = 0; i < 10_000; i++) {
            cache.putAbsent("made-up-" + i);
        }
        cache.renewLease(cache.now());
        for (int i = 0; i < 100; i++) {
            assertThat(cache.lookup("live-" + i)).isEqualTo(SessionStatus.LIVE);
        }
        assertThat(cache.size()).isLessThanOrEqualTo(110);
    }

    @Test
    void moreLiveSessionsThanTheMaximumAreNotKept() {
        for (int i = 0; i < 1_000; i++) {
            keepLive("live-" + i);
        }
        assertThat(cache.size()).isLessThanOrEqualTo(100);
    }

    @Test
    void boundIsChanged() {
        for (int i = 0; i < 100; i++) {
            keepLive("live" + i);
        }
        for (int i = 0; i < 10; i++) {
            cache.putAbsent("absent" + i);
        }
        assertThat(cache.size()).isEqualTo(110);
        cache.resize(50);
        assertThat(cache.maximumSize()).isEqualTo(50);
        assertThat(cache.size()).isEqualTo(55);
        cache.resize(200);
        for (int i = 0; i < 1_000; i++) {
            keepLive("more" + i);
        }
        assertThat(cache.size()).isBetween(200L, 220L);
    }

    @Test
    void boundMayBeOne() {
        cache.resize(1);
        for (int i = 0; i < 10; i++) {
            keepLive("live" + i);
            cache.putAbsent("absent" + i);
        }
        assertThat(cache.size()).isEqualTo(2);
    }
}
