// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.spi.CachingReader.Moment;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the next canary is due, which verifies that Redis sends invalidations. Under steady traffic, a canary is
 * sent before the last one expires. A canary costs three commands, so it is sent only after several checks in a row:
 * with few checks, one command for each check is cheaper. Thread-safe; a lost count is harmless.
 */
public final class CanarySchedule {

    public static final Duration TRUSTED = Duration.ofSeconds(5);

    private static final long TRUSTED_NANOS = TRUSTED.toNanos();

    private static final long RENEWED_NANOS = TRUSTED_NANOS / 2;

    private static final int CHECKS_IN_A_ROW = 4;

    private static final long ROW_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier ticker;

    private final Clock clock;

    private final AtomicInteger checks = new AtomicInteger();

    private volatile long rowBegan;

    /** @param ticker a monotonic time in nanoseconds; the clock also counts the time in which the machine sleeps */
    CanarySchedule(LongSupplier ticker, Clock clock) {
        this.ticker = ticker;
        this.clock = clock;
        this.rowBegan = ticker.getAsLong();
    }

    /** Whether a canary that was sent at this time is still valid. */
    boolean isTrusted(@Nullable Moment shown) {
        return shown != null && shown.isWithin(TRUSTED_NANOS, ticker.getAsLong(), clock.millis());
    }

    /**
     * Called for every check. Returns whether to send a canary now.
     *
     * @param now the current time of the ticker
     */
    boolean isDue(@Nullable Moment shown, long now) {
        if (shown != null && now - shown.nanos() <= RENEWED_NANOS) {
            return false;
        }
        if (now - rowBegan > ROW_NANOS) {
            rowBegan = now;
            checks.set(0);
        }
        return checks.incrementAndGet() == CHECKS_IN_A_ROW;
    }
}
