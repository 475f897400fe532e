package dev.sessiontracking.core.cache;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Makes questions about one session or user that are asked at the same time one question. Who asks shortly after it was sent
 * may share its answer; who asks later asks anew, as that answer may be older than a revocation that is known to be
 * done: the server was slow, or this process stood still. Holds no more than what is under way. Thread-safe.
 */
public final class CoalescedReads<T> {

    /** How much older than the question of whoever shares it an answer may be. */
    static final Duration SHARED_FOR = Duration.ofMillis(100);

    private final Function<String, CompletionStage<T>> read;

    private final LongSupplier ticker;

    private final Clock clock;

    private final ConcurrentMap<String, Read<T>> underWay = new ConcurrentHashMap<>();

    /** @param ticker nanoseconds that do not jump; the clock does not stand still while the machine sleeps */
    public CoalescedReads(Function<String, CompletionStage<T>> read, LongSupplier ticker, Clock clock) {
        this.read = read;
        this.ticker = ticker;
        this.clock = clock;
    }

    public CompletionStage<T> read(String sessionId) {
        Read<T> mine = new Read<>(ticker.getAsLong(), clock.millis(), new CompletableFuture<>());
        Read<T> shared = underWay.compute(
                sessionId, (id, others) -> others != null && others.mayBeSharedBy(mine) ? others : mine);
        if (!shared.equals(mine)) {
            return shared.answer();
        }
        try {
            read.apply(sessionId).whenComplete((live, failure) -> {
                // First, so that whoever asks after the answer is known asks anew.
                underWay.remove(sessionId, mine);
                if (failure == null) {
                    mine.answer().complete(live);
                } else {
                    mine.answer().completeExceptionally(failure);
                }
            });
        } catch (RuntimeException | Error notAsked) {
            underWay.remove(sessionId, mine);
            mine.answer().completeExceptionally(notAsked);
        }
        return mine.answer();
    }

    /** A question, and when it was about to be sent, on both clocks. Each is equal to itself only. */
    private record Read<T>(long nanos, long millis, CompletableFuture<T> answer) {

        boolean mayBeSharedBy(Read<T> later) {
            return later.nanos - nanos <= SHARED_FOR.toNanos()
                    && Math.abs(later.millis - millis) <= SHARED_FOR.toMillis();
        }
    }
}
