// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static dev.sessiontracking.core.revocation.PendingRevocations.LAST_ATTEMPTS_TIME;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.revocation.Revocation.OfSession;
import dev.sessiontracking.core.revocation.Revocation.OfUser;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;

/** Two pending revocations at most, and a store that fails for those that a test chooses. */
abstract class PendingRevocationsFixture {

    static final OfSession FIRST = new OfSession("first-session", null, null, SessionEndReason.REVOKED, false, null);

    static final OfSession SECOND = new OfSession("second-session", null, null, SessionEndReason.REVOKED, false, null);

    final List<Revocation> applied = new CopyOnWriteArrayList<>();

    final List<Revocation> confirmed = new CopyOnWriteArrayList<>();

    final AtomicInteger attempts = new AtomicInteger();

    /** For which revocations the store does not answer. */
    volatile Predicate<Revocation> fails = revocation -> true;

    final PendingRevocations pending = pending(LAST_ATTEMPTS_TIME);

    final PendingRevocations pending(Duration lastAttempts) {
        return new PendingRevocations(this::apply, confirmed::add, 2, lastAttempts);
    }

    void apply(Revocation revocation) {
        attempts.incrementAndGet();
        if (fails.test(revocation)) {
            throw new SessionStoreUnavailableException("not now", null);
        }
        applied.add(revocation);
    }

    @AfterEach
    void close() {
        answer();
        pending.close();
    }

    /** From now on, the store answers. */
    void answer() {
        fails = revocation -> false;
    }

    static OfUser user(String id) {
        return new OfUser(id, Instant.EPOCH, null, SessionEndReason.REVOKED);
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
