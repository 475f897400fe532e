// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BackoffTests {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);

    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8), now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** At which tenths of a second the pause was over, if somebody asks at each. */
    private List<Integer> overWithin(int seconds) {
        List<Integer> over = new ArrayList<>();
        for (int tenth = 0; tenth < 10 * seconds; tenth++) {
            if (backoff.isOver()) {
                over.add(tenth);
            }
            pass(Duration.ofMillis(100));
        }
        return over;
    }

    @Test
    void pausesDouble() {
        assertThat(overWithin(32)).containsExactly(0, 10, 30, 70, 150, 230, 310);
    }

    @Test
    void firstPauseIsShortAgainAfterQuietTime() {
        overWithin(32);
        pass(Duration.ofSeconds(20));
        assertThat(overWithin(4)).containsExactly(0, 10, 30);
    }
}
