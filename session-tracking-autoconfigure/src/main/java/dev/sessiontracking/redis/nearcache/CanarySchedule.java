package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.core.cache.NearCache;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When the server must show again that it pushes. A steady stream of checks renews that before it lapses. It takes a
 * few checks in a row to spend three commands on it, because a node that is asked once in a while is better off with
 * one command for each check. Thread-safe; a lost count is no harm.
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

    /** @param ticker nanoseconds that do not jump; the clock does not stand still while the machine sleeps */
    CanarySchedule(LongSupplier ticker, Clock clock) {
        this.ticker = ticker;
        this.clock = clock;
        this.rowBegan = ticker.getAsLong();
    }

    /** Whether a canary sent then still counts. */
    boolean isTrusted(NearCache.@Nullable Moment shown) {
        return shown != null
                && ticker.getAsLong() - shown.nanos() <= TRUSTED_NANOS
                && clock.millis() - shown.millis() <= TRUSTED.toMillis();
    }

    /**
     * Called for every check: whether a canary is to be sent now.
     *
     * @param now what the ticker says
     */
    boolean isDue(NearCache.@Nullable Moment shown, long now) {
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
