// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static dev.sessiontracking.core.revocation.PendingRevocations.LAST_ATTEMPTS_TIME;
import static dev.sessiontracking.core.revocation.PendingRevocationsFixture.awaitQuietly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SwitchableStore;
import dev.sessiontracking.core.revocation.Revocation.OfSession;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** How many attempts a round makes. Closing makes three rounds for single sessions, on the thread of the caller. */
@ExtendWith(OutputCaptureExtension.class)
class PendingRevocationRoundsTests {

    private static final int ROUNDS = 3;

    private final Thread closing = Thread.currentThread();

    private final List<Revocation> attempts = new CopyOnWriteArrayList<>();

    private final Set<Revocation> byOthersSinceClosing = ConcurrentHashMap.newKeySet();

    private final Set<Integer> taken = ConcurrentHashMap.newKeySet();

    private final PendingRevocations pending =
            new PendingRevocations(this::apply, confirmed -> {}, 40, LAST_ATTEMPTS_TIME);

    private static OfSession session(int number) {
        return new OfSession("session-" + number, null, null, SessionEndReason.REVOKED, false, null);
    }

    private void apply(Revocation revocation) {
        if (Thread.currentThread().equals(closing)) {
            attempts.add(revocation);
        } else if (!attempts.isEmpty()) {
            byOthersSinceClosing.add(revocation);
        }
        if (taken.stream().noneMatch(number -> session(number).equals(revocation))) {
            throw new SessionStoreUnavailableException("not now", null);
        }
    }

    private void add(int count) {
        IntStream.range(0, count).forEach(number -> pending.add(session(number)));
    }

    private static RevocationRecovery recovery(PendingRevocations of) {
        Duration day = Duration.ofDays(1);
        SwitchableStore store = new SwitchableStore();
        return new RevocationRecovery(
                new RevocationDenylist(Clock.systemUTC(), day, 2),
                new NotBeforeMarkers(store, store::notBefore, day, Clock.systemUTC(), System::nanoTime),
                of,
                new RevocationReapplier(store, of::later));
    }

    @AfterEach
    void keepNoInterrupt() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void sixteenFailuresInARowEndARound(CapturedOutput output) {
        add(20);
        pending.close();
        assertThat(attempts).hasSize(ROUNDS * 16);
        assertThat(output).doesNotContain("Applied 0");
    }

    @Test
    void successBreaksARowOfFailures() {
        taken.addAll(List.of(0, 15));
        add(30);
        pending.close();
        assertThat(attempts).hasSize(30 + (ROUNDS - 1) * 16);
        assertThat(pending.size()).isEqualTo(28);
    }

    @Test
    void nextRoundBeginsWithWhatTheLastOneDidNotReach() {
        taken.addAll(List.of(16, 17, 18, 19));
        add(20);
        pending.close();
        assertThat(pending.size()).isEqualTo(16);
    }

    @Test
    void closingPausesBetweenItsRoundsAndNothingElseIsAttempted() {
        add(1);
        long before = System.nanoTime();
        pending.close();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
        assertThat(attempts).hasSize(ROUNDS);
        assertThat(byOthersSinceClosing).isEmpty();
    }

    @Test
    void storeThatIsBackIsAskedBeforeAnythingThatIsDueLater() {
        CountDownLatch asked = new CountDownLatch(1);
        List<String> order = new CopyOnWriteArrayList<>();
        try (PendingRevocations some = new PendingRevocations(
                revocation -> {
                    order.add("attempt");
                    if (order.size() == 1) {
                        awaitQuietly(asked);
                        throw new SessionStoreUnavailableException("not now", null);
                    }
                },
                confirmed -> {},
                2,
                LAST_ATTEMPTS_TIME)) {
            some.add(session(1));
            // By the timer: the next one is set when this one has failed.
            await().until(() -> order.size() == 1);
            recovery(some).available();
            some.later(() -> order.add("later"));
            asked.countDown();
            await().until(() -> order.size() == 3);
            assertThat(order).containsExactly("attempt", "attempt", "later");
        }
    }

    @Test
    void closingWaitsForWhatIsUnderWay() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        AtomicReference<Thread> worker = new AtomicReference<>();
        AtomicInteger others = new AtomicInteger();
        List<Revocation> confirmed = new CopyOnWriteArrayList<>();
        PendingRevocations some = new PendingRevocations(
                revocation -> {
                    if (revocation.equals(session(2))) {
                        others.incrementAndGet();
                        throw new SessionStoreUnavailableException("not now", null);
                    }
                    worker.set(Thread.currentThread());
                    awaitQuietly(done);
                },
                confirmed::add,
                2,
                LAST_ATTEMPTS_TIME);
        Thread adding = new Thread(() -> some.add(session(1)));
        adding.setDaemon(false);
        adding.start();
        await().until(() -> worker.get() != null);
        assertThat(worker.get().isDaemon()).isTrue();
        some.add(session(2));
        Thread closer = new Thread(some::close);
        closer.start();
        await().until(() -> others.get() == ROUNDS
                && List.of(Thread.State.TIMED_WAITING, Thread.State.TERMINATED).contains(closer.getState()));
        assertThat(closer.isAlive()).isTrue();
        done.countDown();
        closer.join();
        assertThat(confirmed).containsExactly(session(1));
    }

    @Test
    void interruptedClosingAttemptsAllTheSameAndKeepsTheInterrupt() {
        add(1);
        closing.interrupt();
        pending.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(attempts).hasSize(ROUNDS);
    }
}
