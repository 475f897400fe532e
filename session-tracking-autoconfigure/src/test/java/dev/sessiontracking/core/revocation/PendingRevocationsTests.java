// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static dev.sessiontracking.core.revocation.PendingRevocations.LAST_ATTEMPTS_TIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.revocation.Revocation.OfSession;
import dev.sessiontracking.core.revocation.Revocation.OfUser;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** How often, and in which order, pending revocations are applied, and how many are kept. */
@ExtendWith(OutputCaptureExtension.class)
class PendingRevocationsTests extends PendingRevocationsFixture {

    @Test
    void areAppliedInTheirOrderWhenTheStoreIsBack() {
        fails = ConcurrentHashMap.<Revocation>newKeySet()::add;
        pending.add(FIRST);
        pending.add(SECOND);
        await().until(() -> pending.size() == 0);
        assertThat(applied).containsExactly(FIRST, SECOND);
    }

    @Test
    void areRetriedWhateverElseIsToBeDoneLater() {
        pending.add(FIRST);
        // Still waiting when the first retry has failed.
        pending.later(() -> {});
        await().until(() -> attempts.get() >= 3);
    }

    @Test
    void userWithManySessionsDoesNotHoldUpOthers() {
        OfUser alice = user("alice");
        OfUser hoarder = user("hoarder");
        CountDownLatch done = new CountDownLatch(1);
        fails = revocation -> {
            if (revocation.equals(hoarder)) {
                awaitQuietly(done);
            }
            return false;
        };
        try {
            pending.add(hoarder);
            pending.add(alice);
            await().until(() -> confirmed.equals(List.of(alice)));
            assertThat(pending.size()).isEqualTo(1);
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
                9,
                LAST_ATTEMPTS_TIME)) {
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
    void areAppliedOnce() {
        pending.add(FIRST);
        pending.add(FIRST);
        assertThat(pending.size()).isEqualTo(1);
        answer();
        await().until(() -> pending.size() == 0);
        assertThat(applied).containsExactly(FIRST);
    }

    @Test
    void logSaysHowManyWereApplied(CapturedOutput output) {
        try (PendingRevocations some = new PendingRevocations(this::apply, confirmed::add, 4, LAST_ATTEMPTS_TIME)) {
            some.add(FIRST);
            await().until(() -> attempts.get() > 0);
            some.add(SECOND);
            some.add(user("alice"));
            some.add(user("bob"));
            answer();
            some.retryNow();
            await().until(() -> output.getOut().contains("Applied 4 pending revocation(s)"));
        }
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
        answer();
        await().until(() -> pending.size() == 0);
        assertThat(applied).contains(last).hasSize(2);
    }

    @Test
    void plainRevocationDoesNotReplaceOneForGood() {
        OfSession forGood = new OfSession(
                "first-session", "alice", Instant.ofEpochSecond(99), SessionEndReason.LOGOUT, false, null);
        pending.add(forGood);
        pending.add(FIRST);
        answer();
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
    void descriptionsHoldHashesOnly() {
        assertThat(FIRST.describe()).isEqualTo("session " + SessionIds.hash("first-session"));
        assertThat(new OfUser("alice", Instant.EPOCH, "current", SessionEndReason.REVOKED).describe())
                .contains(SessionIds.hash("alice"))
                .doesNotContain("alice", "current");
    }
}
