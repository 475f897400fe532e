// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CoalescedReadsTests {

    private static final Duration TICK = Duration.ofMillis(1);

    private final MutableClock wall = MutableClock.startingNow();

    private final AtomicLong nanos = new AtomicLong();

    private final List<String> asked = new ArrayList<>();

    private final List<CompletableFuture<Boolean>> answers = new ArrayList<>();

    private final CoalescedReads<Boolean> reads = new CoalescedReads<>(nanos::get, wall);

    private CompletionStage<Boolean> read(String sessionId) {
        return reads.read(sessionId, () -> ask(sessionId));
    }

    private CompletionStage<Boolean> ask(String sessionId) {
        asked.add(sessionId);
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        wall.advance(time);
    }

    private static boolean valueOf(CompletionStage<Boolean> stage) {
        CompletableFuture<Boolean> future = stage.toCompletableFuture();
        assertThat(future).isDone();
        return future.join();
    }

    @Test
    void questionsAtTheSameTimeAreOne() {
        CompletionStage<Boolean> first = read("a");
        pass(CoalescedReads.SHARED_FOR);
        CompletionStage<Boolean> second = read("a");
        assertThat(asked).containsExactly("a");
        answers.get(0).complete(true);
        assertThat(valueOf(first)).isTrue();
        assertThat(valueOf(second)).isTrue();
    }

    @Test
    void questionsAboutDifferentSessionsAreTheirOwn() {
        read("a");
        CompletionStage<Boolean> other = read("b");
        assertThat(asked).containsExactly("a", "b");
        answers.get(0).complete(true);
        assertThat(other.toCompletableFuture()).isNotDone();
    }

    @Test
    void afterAnAnswerItIsAskedAnew() {
        read("a");
        answers.get(0).complete(true);
        CompletionStage<Boolean> second = read("a");
        answers.get(1).complete(false);
        assertThat(valueOf(second)).isFalse();
    }

    @Test
    void whoeverHearsTheAnswerAsksAnew() {
        CompletableFuture<CompletionStage<Boolean>> again = new CompletableFuture<>();
        read("a").thenAccept(live -> again.complete(read("a")));
        answers.get(0).complete(true);
        assertThat(asked).hasSize(2);
        assertThat(again.join().toCompletableFuture()).isNotDone();
    }

    @Test
    void aQuestionSentLongAgoIsNotShared() {
        CompletionStage<Boolean> first = read("a");
        pass(CoalescedReads.SHARED_FOR.plus(TICK));
        CompletionStage<Boolean> second = read("a");
        assertThat(asked).hasSize(2);
        answers.get(0).complete(true);
        assertThat(valueOf(first)).isTrue();
        assertThat(second.toCompletableFuture()).isNotDone();
        answers.get(1).complete(false);
        assertThat(valueOf(second)).isFalse();
    }

    @Test
    void anOldQuestionThatIsAnsweredDoesNotEndTheSharingOfTheNewOne() {
        read("a");
        pass(CoalescedReads.SHARED_FOR.plus(TICK));
        read("a");
        answers.get(0).complete(true);
        read("a");
        assertThat(asked).hasSize(2);
    }

    @Test
    void aQuestionSentBeforeTheMachineSleptIsNotShared() {
        read("a");
        wall.advance(Duration.ofMinutes(1));
        read("a");
        assertThat(asked).hasSize(2);
    }

    @Test
    void aFailureIsSharedAndThenAskedAnew() {
        CompletionStage<Boolean> first = read("a");
        CompletionStage<Boolean> second = read("a");
        answers.get(0).completeExceptionally(new SessionStoreUnavailableException("gone", null));
        for (CompletionStage<Boolean> each : List.of(first, second)) {
            assertThatThrownBy(() -> SessionStore.await(each)).isInstanceOf(SessionStoreUnavailableException.class);
        }
        read("a");
        assertThat(asked).hasSize(2);
    }

    @Test
    void aQuestionThatCannotBeAskedLeavesNobodyWaiting() {
        for (int i = 0; i < 2; i++) {
            CompletionStage<Boolean> answer = reads.read("a", () -> {
                throw new IllegalStateException("broken");
            });
            assertThatThrownBy(() -> SessionStore.await(answer)).isInstanceOf(SessionStoreUnavailableException.class);
        }
    }
}
