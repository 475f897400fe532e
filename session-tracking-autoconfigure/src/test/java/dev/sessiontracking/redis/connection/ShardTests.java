// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often a command that goes unanswered is sent. */
class ShardTests {

    private static final RedisException TIMEOUT = new RedisCommandTimeoutException("no answer");

    private static final RedisException NOT_SENT = new RedisConnectionException("Not connected yet");

    private static final RedisException CLOSED = new RedisException("Connection disconnected");

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

    private final Shard shard = new Shard(
            null,
            "heartbeat",
            (line, key) -> CompletableFuture.completedFuture(null),
            failure -> {},
            new Outages(executor, System::nanoTime),
            Duration.ofSeconds(30));

    @AfterEach
    void end() {
        executor.shutdownNow();
    }

    private static Supplier<CompletionStage<String>> command(RedisException... failures) {
        Queue<RedisException> next = new ArrayDeque<>(List.of(failures));
        return () -> next.isEmpty()
                ? CompletableFuture.completedFuture("OK")
                : CompletableFuture.failedFuture(next.remove());
    }

    private @Nullable Throwable failureAfter(RedisException... failures) {
        return failureOf(failed -> shard.send(Line.WRITE, command(failures), () -> {}, failed));
    }

    /** The final failure, which is also reported, once and before the stage completes. */
    private static @Nullable Throwable failureOf(Function<Consumer<Throwable>, CompletionStage<String>> request) {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        return request.apply(failure -> reported.add(RedisFailures.unwrap(failure)))
                .handle((value, failure) -> {
                    Throwable last = failure == null ? null : RedisFailures.unwrap(failure);
                    assertThat(reported).isEqualTo(last == null ? List.of() : List.of(last));
                    return last;
                })
                .toCompletableFuture()
                .join();
    }

    private @Nullable Throwable failureOnceAfter(RedisException... failures) {
        return failureOf(failed -> shard.sendOnce(Line.READ, command(failures), failed));
    }

    @Test
    void commandIsSentOnceMore() {
        assertThat(failureAfter(TIMEOUT)).isNull();
        assertThat(failureAfter(CLOSED)).isNull();
    }

    @Test
    void commandIsNotSentAThirdTime() {
        assertThat(failureAfter(TIMEOUT, TIMEOUT)).isSameAs(TIMEOUT);
        assertThat(failureAfter(CLOSED, CLOSED)).isSameAs(CLOSED);
        assertThat(failureAfter(CLOSED, TIMEOUT)).isSameAs(TIMEOUT);
        assertThat(failureAfter(TIMEOUT, CLOSED, CLOSED)).isSameAs(CLOSED);
    }

    @Test
    void waitingForAConnectionDoesNotCount() {
        assertThat(failureAfter(NOT_SENT, TIMEOUT, NOT_SENT, NOT_SENT)).isNull();
    }

    @Test
    void repetitionOnTheSilentConnectionThatIsClosedDoesNotCount() {
        assertThat(failureAfter(TIMEOUT, CLOSED)).isNull();
    }

    @Test
    void commandOfAnOperationOnManyKeysWaitsForAConnectionAndIsSentOnce() {
        assertThat(failureOnceAfter(NOT_SENT, NOT_SENT)).isNull();
        assertThat(failureOnceAfter(TIMEOUT)).isSameAs(TIMEOUT);
        assertThat(failureOnceAfter(CLOSED)).isSameAs(CLOSED);
    }
}
