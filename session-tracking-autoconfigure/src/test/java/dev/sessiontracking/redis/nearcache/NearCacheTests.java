// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.spi.CachingReader.Moment;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a look-up may answer, on clocks that the test moves. */
class NearCacheTests {

    private static final Duration BOUND = Duration.ofMillis(500);

    private static final Duration TICK = Duration.ofMillis(1);

    private final MutableClock wall = MutableClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - BOUND.toNanos() / 2);

    /** What happens to the looking thread right before it reads a clock. */
    private @Nullable Runnable heldUp;

    private final NearCache cache = new NearCache(
            100,
            BOUND,
            () -> {
                runOnce();
                return nanos.get();
            },
            new Clock() {
                @Override
                public ZoneId getZone() {
                    return wall.getZone();
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return wall.withZone(zone);
                }

                @Override
                public Instant instant() {
                    runOnce();
                    return wall.instant();
                }
            });

    private void runOnce() {
        Runnable now = heldUp;
        heldUp = null;
        if (now != null) {
            now.run();
        }
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        wall.advance(time);
    }

    private long expiringIn(Duration time) {
        return wall.instant().plus(time).toEpochMilli();
    }

    private void keepLive(String sessionId) {
        cache.putLive(sessionId, 1, expiringIn(Duration.ofHours(1)));
    }

    private void prove() {
        cache.renewLease(cache.now());
    }

    @Test
    void answersNothingWithoutProof() {
        keepLive("a");
        cache.putAbsent("b");
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
        assertThat(cache.lookup("b")).isEqualTo(SessionStatus.UNKNOWN);
        assertThat(cache.isLeaseFresh()).isFalse();
    }

    @Test
    void answersUntilTheBoundAndNotPastIt() {
        keepLive("a");
        cache.putAbsent("b");
        prove();
        pass(BOUND);
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
        assertThat(cache.lookup("b")).isEqualTo(SessionStatus.ENDED);
        pass(TICK);
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
        assertThat(cache.lookup("b")).isEqualTo(SessionStatus.UNKNOWN);
        assertThat(cache.isLeaseFresh()).isFalse();
    }

    @Test
    void theTickerThatWrapsAroundIsNoMatter() {
        keepLive("a");
        prove();
        pass(BOUND);
        assertThat(nanos.get()).isNegative();
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
    }

    @Test
    void beingPastTheBoundEmptiesNothing() {
        keepLive("a");
        prove();
        pass(BOUND.multipliedBy(100));
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
        prove();
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
    }

    @Test
    void proofIsDatedByTheSendingOfTheQuestion() {
        keepLive("a");
        Moment sent = cache.now();
        pass(BOUND);
        cache.renewLease(sent);
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
        pass(TICK);
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void anAnswerToAnOlderQuestionDoesNotMakeTheProofOlder() {
        keepLive("a");
        Moment older = cache.now();
        pass(BOUND);
        prove();
        cache.renewLease(older);
        pass(BOUND);
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
    }

    /** Such as that of a machine that slept. */
    @ParameterizedTest
    @ValueSource(strings = {"PT0.501S", "PT5M", "PT-5M"})
    void aWallClockThatJumpsEndsTheProof(Duration jump) {
        keepLive("a");
        prove();
        wall.advance(jump);
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
        prove();
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
    }

    @Test
    void aWallClockThatIsPutRightByLessThanTheBoundIsNoMatter() {
        keepLive("a");
        prove();
        wall.advance(BOUND.negated());
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
        nanos.addAndGet(BOUND.plus(TICK).toNanos());
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void aSessionPastItsExpiryIsNotAnswered() {
        cache.putLive("a", 1, expiringIn(Duration.ofMillis(10)));
        prove();
        pass(Duration.ofMillis(9));
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
        pass(TICK);
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void aThreadHeldUpBeforeItReadsTheClocksFindsItsProofTooOld() {
        keepLive("a");
        prove();
        heldUp = () -> {
            cache.invalidate("a");
            pass(BOUND.plus(TICK));
            prove();
        };
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void aThreadHeldUpForLessThanTheBoundAnswersWhatWasTrueWithinIt() {
        keepLive("a");
        prove();
        heldUp = () -> {
            cache.invalidate("a");
            pass(BOUND);
            prove();
        };
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void aThreadHeldUpUntilAfterTheExpiryDoesNotAnswerLive() {
        cache.putLive("a", 1, expiringIn(Duration.ofMillis(10)));
        prove();
        heldUp = () -> pass(Duration.ofMillis(10));
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void anAnswerThatIsTakenBackIsNotGivenAgain() {
        keepLive("a");
        cache.putAbsent("b");
        prove();
        cache.invalidate("a");
        cache.invalidate("b");
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
        assertThat(cache.lookup("b")).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void theLatestAnswerCounts() {
        prove();
        keepLive("a");
        cache.putAbsent("a");
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.ENDED);
        keepLive("a");
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
    }

    @Test
    void unprovenKeepsTheAnswersAndGivesNone() {
        keepLive("a");
        prove();
        cache.endLease();
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
        assertThat(cache.isLeaseAging()).isTrue();
        prove();
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.LIVE);
    }

    @Test
    void clearTakesBackAllAnswersAndTheProof() {
        keepLive("a");
        cache.putAbsent("b");
        prove();
        cache.clear();
        assertThat(cache.isLeaseFresh()).isFalse();
        assertThat(cache.size()).isZero();
        prove();
        assertThat(cache.lookup("a")).isEqualTo(SessionStatus.UNKNOWN);
        assertThat(cache.lookup("b")).isEqualTo(SessionStatus.UNKNOWN);
    }

    @Test
    void aProofIsAgingFromHalfTheBoundOn() {
        keepLive("a");
        prove();
        pass(BOUND.dividedBy(2));
        cache.lookup("a");
        assertThat(cache.isLeaseAging()).isFalse();
        pass(TICK);
        cache.lookup("a");
        assertThat(cache.isLeaseAging()).isTrue();
        prove();
        assertThat(cache.isLeaseAging()).isFalse();
    }
}
