package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SharedReadsTests {

    private final List<CompletableFuture<Boolean>> asked = new ArrayList<>();

    private final SharedReads reads = new SharedReads(id -> {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        asked.add(answer);
        return answer;
    });

    @Test
    void questionsAtTheSameTimeAreOne() {
        CompletionStage<Boolean> first = reads.read("a");
        CompletionStage<Boolean> second = reads.read("a");
        assertThat(asked).hasSize(1);
        asked.get(0).complete(true);
        assertThat(first.toCompletableFuture()).isCompletedWithValue(true);
        assertThat(second.toCompletableFuture()).isCompletedWithValue(true);
    }

    @Test
    void questionsAboutDifferentSessionsAreNot() {
        reads.read("a");
        reads.read("b");
        assertThat(asked).hasSize(2);
    }

    @Test
    void laterQuestionIsAskedAnew() {
        reads.read("a");
        asked.get(0).complete(true);
        reads.read("a");
        assertThat(asked).hasSize(2);
    }

    @Test
    void failureIsSharedAndNotKept() {
        CompletionStage<Boolean> first = reads.read("a");
        CompletionStage<Boolean> second = reads.read("a");
        asked.get(0).completeExceptionally(new IllegalStateException());
        assertThat(first.toCompletableFuture()).isCompletedExceptionally();
        assertThat(second.toCompletableFuture()).isCompletedExceptionally();
        reads.read("a");
        assertThat(asked).hasSize(2);
    }

    @Test
    void questionThatCannotBeAskedFailsAndBlocksNobody() {
        SharedReads throwing = new SharedReads(id -> {
            throw new IllegalStateException("cannot be asked");
        });
        for (int i = 0; i < 2; i++) {
            CompletableFuture<Boolean> answer = throwing.read("a").toCompletableFuture();
            assertThat(answer).isCompletedExceptionally();
        }
    }
}
