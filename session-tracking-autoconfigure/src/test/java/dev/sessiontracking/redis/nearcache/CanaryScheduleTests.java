// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.spi.CachingReader.Moment;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CanaryScheduleTests {

    private static final Duration TICK = Duration.ofMillis(1);

    private static final Duration RENEWED = CanarySchedule.TRUSTED.dividedBy(2);

    private final MutableClock wall = MutableClock.startingNow();

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE / 4);

    private final CanarySchedule schedule = new CanarySchedule(nanos::get, wall);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        wall.advance(time);
    }

    private Moment now() {
        return new Moment(nanos.get(), wall.millis());
    }

    private int dueIn(int checks, Duration apart, Moment shown) {
        int due = 0;
        for (int i = 0; i < checks; i++) {
            due += schedule.isDue(shown, nanos.get()) ? 1 : 0;
            pass(apart);
        }
        return due;
    }

    @Test
    void aCanaryCountsForAFewSeconds() {
        Moment shown = now();
        pass(CanarySchedule.TRUSTED);
        assertThat(schedule.isTrusted(shown)).isTrue();
        pass(TICK);
        assertThat(schedule.isTrusted(shown)).isFalse();
    }

    @Test
    void nothingIsTrustedBeforeTheFirstCanary() {
        assertThat(schedule.isTrusted(null)).isFalse();
    }

    @Test
    void aCanaryFromBeforeTheMachineSleptDoesNotCount() {
        Moment shown = now();
        wall.advance(CanarySchedule.TRUSTED.plus(TICK));
        assertThat(schedule.isTrusted(shown)).isFalse();
    }

    @Test
    void aFreshCanaryIsNotRenewed() {
        Moment shown = now();
        assertThat(dueIn(2_000, TICK, shown)).isZero();
    }

    @Test
    void aSteadyStreamRenewsItBeforeItLapses() {
        Moment shown = now();
        pass(RENEWED);
        assertThat(dueIn(4, Duration.ofMillis(250), shown)).isZero();
        assertThat(dueIn(1, TICK, shown)).isOne();
        assertThat(schedule.isTrusted(shown)).isTrue();
    }

    @Test
    void oneCheckInASecondNeverSpendsACanary() {
        Moment shown = now();
        assertThat(dueIn(60, Duration.ofMillis(1_001), shown)).isZero();
    }

    @Test
    void aRowEndsAfterASecond() {
        assertThat(dueIn(3, TICK, null)).isZero();
        pass(Duration.ofSeconds(1).minus(TICK.multipliedBy(3)));
        assertThat(dueIn(1, TICK, null)).isOne();
        assertThat(dueIn(3, TICK, null)).isZero();
    }

    @Test
    void aFewChecksInARowSpendOneAfterItLapsed() {
        assertThat(dueIn(3, TICK, null)).isZero();
        assertThat(dueIn(1, TICK, null)).isOne();
        assertThat(dueIn(500, TICK, null)).isZero();
    }

    @Test
    void aCanaryThatFailsIsRepeatedOnceInASecond() {
        assertThat(dueIn(10_000, TICK, null)).isBetween(9, 11);
    }
}
