// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Who runs, who waits, and for how long. */
class BulkQueueTests {

    private final BulkQueue queue = new BulkQueue();

    private final List<String> begun = new ArrayList<>();

    private final List<CompletableFuture<String>> running = new ArrayList<>();

    private CompletionStage<String> run(String user) {
        return queue.run(user, () -> {
            begun.add(user);
            CompletableFuture<String> end = new CompletableFuture<>();
            running.add(end);
            return end;
        });
    }

    @Test
    void fewRunAtATime() {
        for (int i = 0; i < 10; i++) {
            run("mallory");
        }
        assertThat(begun).hasSize(BulkQueue.PARALLEL);
        running.get(0).complete("");
        assertThat(begun).hasSize(BulkQueue.PARALLEL + 1);
    }

    @Test
    void usersTakeTurns() {
        for (int i = 0; i < 100; i++) {
            run("mallory");
        }
        run("alice");
        run("bob");
        for (int i = 0; i < 3; i++) {
            running.get(i).complete("");
        }
        assertThat(begun).contains("alice", "bob");
    }

    @Test
    void failureMakesRoomAndIsPassedOn() {
        CompletionStage<String> first = run("alice");
        running.get(0).completeExceptionally(new IllegalStateException("broken"));
        assertThat(first.toCompletableFuture()).isCompletedExceptionally();
        for (int i = 0; i < BulkQueue.PARALLEL; i++) {
            run("alice");
        }
        assertThat(begun).hasSize(BulkQueue.PARALLEL + 1);
    }

    @Test
    void noMoreThanABoundedNumberWaits() {
        for (int i = 0; i < BulkQueue.PARALLEL + BulkQueue.MOST_WAITING; i++) {
            assertThat(run("mallory").toCompletableFuture()).isNotDone();
        }
        assertThat(run("mallory").toCompletableFuture())
                .failsWithin(java.time.Duration.ZERO)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withCauseInstanceOf(SessionStoreUnavailableException.class);
    }
}
