// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.core.revocation.Revocation.OfUser;
import dev.sessiontracking.spi.SessionIds;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** When pending revocations have a thread, and what becomes of them when this node stops. */
@ExtendWith(OutputCaptureExtension.class)
class PendingRevocationsLifecycleTests extends PendingRevocationsFixture {

    private final Set<Thread> threadsBefore = allThreads();

    /** Without those that an earlier test has left, which end soon. */
    private Set<Thread> threads() {
        Set<Thread> threads = allThreads();
        threads.removeAll(threadsBefore);
        return threads;
    }

    private static Set<Thread> allThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("session-tracking-revocations") && thread.isAlive())
                .collect(Collectors.toSet());
    }

    @Test
    void haveNoThreadWhileThereAreNone() {
        assertThat(threads()).isEmpty();
        pending.add(FIRST);
        assertThat(threads()).hasSize(1);
    }

    @Test
    @Tag("full")
    void threadEndsWithTheLastOne() {
        pending.add(FIRST);
        answer();
        await().atMost(Duration.ofSeconds(15)).until(() -> threads().isEmpty());
    }

    @Test
    void closingAppliesThemWhenTheStoreIsBack() {
        pending.add(FIRST);
        pending.add(SECOND);
        answer();
        pending.close();
        assertThat(applied).containsExactly(FIRST, SECOND);
    }

    /** The store comes back a moment after this node has begun to stop. */
    @Test
    void closingTriesAgainWhatWasUnderWayAndFailed() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        AtomicReference<Thread> underWay = new AtomicReference<>();
        fails = revocation -> {
            underWay.set(Thread.currentThread());
            begun.countDown();
            awaitQuietly(closing);
            return true;
        };
        pending.add(FIRST);
        pending.retryNow();
        awaitQuietly(begun);
        pending.add(SECOND);
        // Closing has passed the first one when it asks for the second one.
        fails = revocation -> {
            if (revocation.equals(SECOND)) {
                closing.countDown();
                await().until(() -> !underWay.get().isAlive());
            }
            return false;
        };

        pending.close();

        assertThat(applied).containsExactlyInAnyOrder(FIRST, SECOND);
        assertThat(confirmed).containsExactlyInAnyOrder(FIRST, SECOND);
        assertThat(pending.size()).isZero();
    }

    @Test
    void closingMakesFewAttemptsAndTellsWhatIsLost(CapturedOutput output) {
        pending.add(FIRST);
        pending.add(
                new OfUser("alice", Instant.parse("2030-01-01T00:00:00Z"), "second-session", SessionEndReason.REVOKED));
        int before = attempts.get();
        pending.close();
        assertThat(attempts.get()).isLessThanOrEqualTo(before + 8);
        assertThat(output)
                .contains("2 pending revocation(s) could not be applied")
                .contains(SessionIds.hash("first-session"), SessionIds.hash("alice"))
                .doesNotContain("first-session", "second-session", "alice ");
    }

    /** The limit only ends a test that waits for ever: no speed is asserted. */
    @Test
    void closingWithoutAnyAsksNothingAndWaitsForNothing() {
        assertTimeoutPreemptively(Duration.ofMinutes(1), pending(Duration.ofDays(1))::close);
        assertThat(attempts).hasValue(0);
    }

    @Test
    void closingEndsInTimeWhateverIsUnderWay() {
        fails = revocation -> {
            awaitQuietly(new CountDownLatch(1));
            return true;
        };
        PendingRevocations hurried = pending(Duration.ZERO);
        hurried.add(FIRST);
        await().until(() -> attempts.get() == 1);
        hurried.add(SECOND);
        hurried.close();
        assertThat(attempts).as("nothing is begun afterwards").hasValue(1);
        assertThat(hurried.size()).isEqualTo(2);
    }

    @Test
    void addingAfterClosingThrowsNothing() {
        pending.close();
        assertThatCode(() -> pending.add(FIRST)).doesNotThrowAnyException();
        assertThat(threads()).isEmpty();
    }
}
