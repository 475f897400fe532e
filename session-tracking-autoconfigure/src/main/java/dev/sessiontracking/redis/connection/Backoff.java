// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Pauses between attempts. Each is twice as long as the one before, as long as attempts do not help. Thread-safe. */
final class Backoff {

    private static final int GROWTH = 2;

    private final long shortest;

    private final long longest;

    private final LongSupplier nanoTime;

    private long pause;

    private long last;

    /** @param nanoTime a clock like {@link System#nanoTime()} */
    Backoff(Duration shortest, Duration longest, LongSupplier nanoTime) {
        this.shortest = shortest.toNanos();
        this.longest = longest.toNanos();
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong() - GROWTH * this.longest;
    }

    /** Whether the pause is over; then the next one begins. If nobody asks for a while, the last attempt has helped. */
    synchronized boolean isOver() {
        long now = nanoTime.getAsLong();
        long passed = now - last;
        if (passed < pause) {
            return false;
        }
        pause = passed > GROWTH * pause ? shortest : Math.min(GROWTH * pause, longest);
        last = now;
        return true;
    }
}
