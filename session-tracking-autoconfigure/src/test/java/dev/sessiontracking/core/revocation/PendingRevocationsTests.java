// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.revocation.Revocation.OfSession;
import dev.sessiontracking.core.revocation.Revocation.OfUser;
import dev.sessiontracking.spi.SessionIds;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class PendingRevocationsTests {

    private static final OfSession FIRST =
            new OfSession("first-session", null, null, SessionEndReason.REVOKED, false, null);

    private static final OfSession SECOND =
            new OfSession("second-session", null, null, SessionEndReason.REVOKED, false, null);

    private final Set<Thread> threadsBefore = allThreads();

    private final List<Revocation> applied = new CopyOnWriteArrayList<>();

    private final List<Revocation> confirmed = new CopyOnWriteArrayList<>();

    private final AtomicInteger attempts = new AtomicInteger();

    private volatile boolean available;

    private final PendingRevocations pending = new PendingRevocations(this::apply, confirmed::add, 2);

    private void apply(Revocation revocation) {
        attempts.incrementAndGet();
        if (!available) {
            throw new SessionStoreUnavailableException("not now", null);
        }
        applied.add(revocation);
    }

    @AfterEach
    void close() {
        available = true;
        pending.close();
    }

    @Test
    void areAppliedInTheirOrderWhenTheStoreIsBack() {
        Set<Revocation> failed = ConcurrentHashMap.newKeySet();
        try (PendingRevocations some = new PendingRevocations(
                revocation -> {
                    if (failed.add(revocation)) {
                        throw new SessionStoreUnavailableException("not now", null);
                    }
                    applied.add(revocation);
                },
                confirmed::add,
                2)) {
            some.add(FIRST);
            some.add(SECOND);
            await().until(() -> some.size() == 0);
            assertThat(applied).containsExactly(FIRST, SECOND);
        }
    }

    @Test
    void areAppliedAtOnceWhenTheStoreSaysThatItIsBack() {
        pending.add(FIRST);
        available = true;
        pending.retryNow();
        await().until(() -> applied.equals(List.of(FIRST)));
    }

    @Test
    void areRetriedWhateverElseIsToBeDoneLater() {
        pending.add(FIRST);
        // Still waiting when the first retry has failed.
        pending.later(() -> {});
        await().until(() -> attempts.get() >= 3);
    }

    @Test
    void oneThatFailsDoesNotKeepTheOthers() {
        available = true;
        try (PendingRevocations some = new PendingRevocations(
                revocation -> {
                    if (revocation.equals(FIRST) && !applied.contains(SECOND)) {
                        throw new SessionStoreUnavailableException("not this one", null);
                    }
                    applied.add(revocation);
                },
                confirmed::add,
                2)) {
            some.add(FIRST);
            some.add(SECOND);
            await().until(() -> some.size() == 0);
            assertThat(applied).containsExactly(SECOND, FIRST);
        }
    }

    @Test
    void userWithManySessionsDoesNotHoldUpOthers() {
        OfUser alice = user("alice");
        OfUser hoarder = user("hoarder");
        CountDownLatch done = new CountDownLatch(1);
        try (PendingRevocations some = new PendingRevocations(
                revocation -> {
                    if (revocation.equals(hoarder)) {
                        awaitQuietly(done);
                    }
                },
                confirmed::add,
                2)) {
            some.add(hoarder);
            some.add(alice);
            await().until(() -> confirmed.equals(List.of(alice)));
            assertThat(some.size()).isEqualTo(1);
            done.countDown();
            await().until(() -> confirmed.equals(List.of(alice, hoarder)));
        } finally {
            done.countDown();
        }
    }

    @Test
    void usersWithManySessionsDoNotHoldUpLaterRevocations() {
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger underWay = new AtomicInteger();
        List<Revocation> hoarders = List.of(user("one"), user("two"), user("three"));
        try (PendingRevocations some = new PendingRevocations(
                revocation -> {
                    if (hoarders.contains(revocation)) {
                        underWay.incrementAndGet();
                        awaitQuietly(done);
                    }
                },
                confirmed::add,
                9)) {
            hoarders.forEach(some::add);
            await().until(() -> underWay.get() == 3);
            some.add(user("alice"));
            some.add(FIRST);
            some.add(user("one"));
            some.retryNow();
            await().until(() -> confirmed.containsAll(List.of(user("alice"), FIRST)));
            assertThat(confirmed).hasSize(2);
            done.countDown();
            await().until(() -> some.size() == 0);
            assertThat(underWay).as("each is applied once at a time").hasValue(3);
        } finally {
            done.countDown();
        }
    }

    @Test
    void closingWaitsForWhatIsUnderWay() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        PendingRevocations some = new PendingRevocations(
                revocation -> {
                    begun.countDown();
                    awaitQuietly(done);
                },
                confirmed::add,
                2);
        some.add(FIRST);
        awaitQuietly(begun);
        Thread closing = new Thread(some::close);
        closing.start();
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        done.countDown();
        await().until(() -> !closing.isAlive());
        assertThat(confirmed).containsExactly(FIRST);
    }

    private static OfUser user(String id) {
        return new OfUser(id, Instant.EPOCH, null, SessionEndReason.REVOKED);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void areAppliedOnce() {
        pending.add(FIRST);
        pending.add(FIRST);
        assertThat(pending.size()).isEqualTo(1);
        available = true;
        await().until(() -> pending.size() == 0);
        assertThat(applied).containsExactly(FIRST);
    }

    @Test
    void logSaysHowManyWereApplied(CapturedOutput output) {
        try (PendingRevocations some = new PendingRevocations(this::apply, confirmed::add, 4)) {
            some.add(FIRST);
            await().until(() -> attempts.get() > 0);
            some.add(SECOND);
            some.add(new OfUser("alice", Instant.EPOCH, null, SessionEndReason.REVOKED));
            some.add(new OfUser("bob", Instant.EPOCH, null, SessionEndReason.REVOKED));
            available = true;
            some.retryNow();
            await().until(() -> output.getOut().contains("Applied 4 pending revocation(s)"));
        }
    }

    @Test
    void areReportedAsConfirmedWhenTheyAreNoLongerKept() {
        pending.add(FIRST);
        assertThat(confirmed).isEmpty();
        available = true;
        await().until(() -> confirmed.equals(List.of(FIRST)));
        assertThat(pending.size()).isZero();
    }

    @Test
    void repeatedRevocationsOfAUserTakeOnePlaceAndTheLastOneCounts() {
        OfUser last = new OfUser("alice", Instant.ofEpochSecond(99), null, SessionEndReason.REVOKED);
        for (int i = 0; i < 100; i++) {
            pending.add(new OfUser("alice", Instant.ofEpochSecond(i), null, SessionEndReason.REVOKED));
        }
        assertThat(pending.size()).isEqualTo(1);
        pending.add(new OfUser("alice", Instant.EPOCH, "current", SessionEndReason.REVOKED));
        assertThat(pending.size()).isEqualTo(2);
        available = true;
        await().until(() -> pending.size() == 0);
        assertThat(applied).contains(last).hasSize(2);
    }

    @Test
    void plainRevocationDoesNotReplaceOneForGood() {
        OfSession forGood = new OfSession(
                "first-session", "alice", Instant.ofEpochSecond(99), SessionEndReason.LOGOUT, false, null);
        pending.add(forGood);
        pending.add(FIRST);
        available = true;
        await().until(() -> pending.size() == 0);
        assertThat(applied).containsExactly(forGood, FIRST);
    }

    @Test
    void fullRefusesAloud() {
        pending.add(FIRST);
        pending.add(SECOND);
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(
                        () -> pending.add(new OfSession("third", null, null, SessionEndReason.REVOKED, false, null)))
                .withMessageContaining("2");
        assertThatCode(() -> pending.add(FIRST)).doesNotThrowAnyException();
        assertThat(pending.size()).isEqualTo(2);
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
        available = true;
        await().atMost(Duration.ofSeconds(15)).until(() -> threads().isEmpty());
    }

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
    void closingAppliesThemWhenTheStoreIsBack() {
        pending.add(FIRST);
        pending.add(SECOND);
        available = true;
        pending.close();
        assertThat(applied).containsExactly(FIRST, SECOND);
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

    @Test
    void closingWithoutAnyAsksNothing() {
        pending.close();
        assertThat(attempts.get()).isZero();
    }

    @Test
    void addingAfterClosingThrowsNothing() {
        pending.close();
        assertThatCode(() -> pending.add(FIRST)).doesNotThrowAnyException();
        assertThat(threads()).isEmpty();
    }

    @Test
    void descriptionsHoldHashesOnly() {
        assertThat(FIRST.describe()).isEqualTo("session " + SessionIds.hash("first-session"));
        assertThat(new OfUser("alice", Instant.EPOCH, "current", SessionEndReason.REVOKED).describe())
                .contains(SessionIds.hash("alice"))
                .doesNotContain("alice", "current");
    }
}
