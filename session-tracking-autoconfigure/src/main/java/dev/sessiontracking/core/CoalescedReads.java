// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.spi.CachingReader.Moment;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Coalesces concurrent lookups of one session or user. A caller may join a lookup that was sent at most 100 ms ago; later
 * callers start a new one, as the earlier answer may be older than a revocation that they know to be done. Holds lookups
 * only until they are answered. Thread-safe.
 *
 * <p>A cache of futures does not do this: an entry of such a cache does not expire while its future is incomplete.
 */
final class CoalescedReads<T> {

    /** How long after it was sent a lookup may be joined. */
    static final Duration SHARED_FOR = Duration.ofMillis(100);

    private final LongSupplier ticker;

    private final Clock clock;

    private final ConcurrentMap<String, Read<T>> underWay = new ConcurrentHashMap<>();

    /** @param ticker nanoseconds that do not jump; the clock does not stand still while the machine sleeps */
    CoalescedReads(LongSupplier ticker, Clock clock) {
        this.ticker = ticker;
        this.clock = clock;
    }

    /** @param key what is looked up */
    CompletionStage<T> read(String key, Supplier<CompletionStage<T>> lookup) {
        Read<T> mine = new Read<>(Moment.now(ticker, clock), new CompletableFuture<>());
        Read<T> shared =
                underWay.compute(key, (id, others) -> others != null && others.mayBeSharedBy(mine) ? others : mine);
        if (!shared.equals(mine)) {
            return shared.answer();
        }
        try {
            lookup.get().whenComplete((live, failure) -> {
                // First, so that whoever asks after the answer is known asks anew.
                underWay.remove(key, mine);
                if (failure == null) {
                    mine.answer().complete(live);
                } else {
                    mine.answer().completeExceptionally(failure);
                }
            });
        } catch (RuntimeException | Error notAsked) {
            underWay.remove(key, mine);
            mine.answer().completeExceptionally(notAsked);
        }
        return mine.answer();
    }

    /** A lookup, and when it was about to be sent. Each is equal to itself only. */
    private record Read<T>(Moment sent, CompletableFuture<T> answer) {

        boolean mayBeSharedBy(Read<T> later) {
            return sent.isWithin(SHARED_FOR.toNanos(), later.sent.nanos(), later.sent.millis());
        }
    }
}
