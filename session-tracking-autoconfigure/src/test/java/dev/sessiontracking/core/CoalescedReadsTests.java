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

    private final CoalescedReads<Boolean> reads = new CoalescedReads<>(this::ask, nanos::get, wall);

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
        CompletionStage<Boolean> first = reads.read("a");
        pass(CoalescedReads.SHARED_FOR);
        CompletionStage<Boolean> second = reads.read("a");
        assertThat(asked).containsExactly("a");
        answers.get(0).complete(true);
        assertThat(valueOf(first)).isTrue();
        assertThat(valueOf(second)).isTrue();
    }

    @Test
    void questionsAboutDifferentSessionsAreTheirOwn() {
        reads.read("a");
        CompletionStage<Boolean> other = reads.read("b");
        assertThat(asked).containsExactly("a", "b");
        answers.get(0).complete(true);
        assertThat(other.toCompletableFuture()).isNotDone();
    }

    @Test
    void afterAnAnswerItIsAskedAnew() {
        reads.read("a");
        answers.get(0).complete(true);
        CompletionStage<Boolean> second = reads.read("a");
        answers.get(1).complete(false);
        assertThat(valueOf(second)).isFalse();
    }

    @Test
    void whoeverHearsTheAnswerAsksAnew() {
        CompletableFuture<CompletionStage<Boolean>> again = new CompletableFuture<>();
        reads.read("a").thenAccept(live -> again.complete(reads.read("a")));
        answers.get(0).complete(true);
        assertThat(asked).hasSize(2);
        assertThat(again.join().toCompletableFuture()).isNotDone();
    }

    @Test
    void aQuestionSentLongAgoIsNotShared() {
        CompletionStage<Boolean> first = reads.read("a");
        pass(CoalescedReads.SHARED_FOR.plus(TICK));
        CompletionStage<Boolean> second = reads.read("a");
        assertThat(asked).hasSize(2);
        answers.get(0).complete(true);
        assertThat(valueOf(first)).isTrue();
        assertThat(second.toCompletableFuture()).isNotDone();
        answers.get(1).complete(false);
        assertThat(valueOf(second)).isFalse();
    }

    @Test
    void anOldQuestionThatIsAnsweredDoesNotEndTheSharingOfTheNewOne() {
        reads.read("a");
        pass(CoalescedReads.SHARED_FOR.plus(TICK));
        reads.read("a");
        answers.get(0).complete(true);
        reads.read("a");
        assertThat(asked).hasSize(2);
    }

    @Test
    void aQuestionSentBeforeTheMachineSleptIsNotShared() {
        reads.read("a");
        wall.advance(Duration.ofMinutes(1));
        reads.read("a");
        assertThat(asked).hasSize(2);
    }

    @Test
    void aFailureIsSharedAndThenAskedAnew() {
        CompletionStage<Boolean> first = reads.read("a");
        CompletionStage<Boolean> second = reads.read("a");
        answers.get(0).completeExceptionally(new SessionStoreUnavailableException("gone", null));
        for (CompletionStage<Boolean> each : List.of(first, second)) {
            assertThatThrownBy(() -> SessionStore.await(each)).isInstanceOf(SessionStoreUnavailableException.class);
        }
        reads.read("a");
        assertThat(asked).hasSize(2);
    }

    @Test
    void aQuestionThatCannotBeAskedLeavesNobodyWaiting() {
        CoalescedReads<Boolean> broken = new CoalescedReads<>(
                id -> {
                    throw new IllegalStateException("broken");
                },
                nanos::get,
                wall);
        for (int i = 0; i < 2; i++) {
            CompletionStage<Boolean> answer = broken.read("a");
            assertThatThrownBy(() -> SessionStore.await(answer)).isInstanceOf(SessionStoreUnavailableException.class);
        }
    }
}
