package dev.sessiontracking.redis;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One master, which answers for a part of the keys or for all of them, and the breaker that spares requests it when it
 * does not. Thread-safe; asking it takes no lock.
 */
final class Shard {

    private final Breaker breaker;

    private final Consumer<Throwable> refused;

    private volatile String lastFailed;

    /**
     * @param part where it is, for people, or {@code null} when it has all keys
     * @param heartbeatKey is read to find out whether it answers, until a key of its own has failed
     * @param read reads a key
     * @param refused is told of failures that say more than that there was no answer
     */
    Shard(
            @Nullable String part,
            String heartbeatKey,
            Function<String, CompletionStage<?>> read,
            Consumer<Throwable> refused,
            ScheduledExecutorService background,
            Outages outages) {
        this.lastFailed = heartbeatKey;
        this.refused = refused;
        this.breaker = new Breaker(part, () -> read.apply(lastFailed), background, outages);
    }

    boolean isOpenForRequests() {
        return breaker.openBecause() == null;
    }

    /** @throws SessionStoreUnavailableException when nothing is to be sent for now */
    void requireOpen() {
        String because = breaker.openBecause();
        if (because != null) {
            throw new SessionStoreUnavailableException("Redis gave no answer: " + because, null);
        }
    }

    /** Takes note of how a request ended that concerned a key of this master. */
    void ended(String key, @Nullable Throwable failure) {
        if (failure == null) {
            breaker.answered();
            return;
        }
        if (RedisFailures.isOutage(failure)) {
            lastFailed = key;
            breaker.failed(RedisFailures.inWords(failure));
        }
        refused.accept(failure);
    }

    /** Nothing can be sent, as there is no connection. */
    void disconnected(String because) {
        breaker.open(because);
    }
}
