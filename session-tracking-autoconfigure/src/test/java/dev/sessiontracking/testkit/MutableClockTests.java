// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class MutableClockTests {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final MutableClock clock = MutableClock.startingAt(START);

    @Test
    void standsStillUntilItIsAdvanced() {
        assertThat(clock.instant()).isEqualTo(START);
        clock.advance(Duration.ofDays(7));
        assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofDays(7)));
        assertThat(clock.millis()).isEqualTo(START.plus(Duration.ofDays(7)).toEpochMilli());
    }

    @Test
    void movesInEveryZone() {
        Clock rome = clock.withZone(ZoneId.of("Europe/Rome"));
        clock.advance(Duration.ofHours(1));
        assertThat(rome.instant()).isEqualTo(clock.instant());
    }
}
