// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reapplies confirmed revocations: a failover may have lost them, and a restored backup undoes them. A session id is used
 * once, or its session begins again after the time of the revocation. So this never ends a new session. Thread-safe; does
 * not block.
 *
 * @param later does something after a while
 * @param recoveries how many there were
 */
record RevocationReapplier(SessionStore store, Consumer<Runnable> later, AtomicInteger recoveries) {

    private static final Logger log = LoggerFactory.getLogger(RevocationReapplier.class);

    /** More at a time could be longer under way than a command may be. */
    private static final int CHUNK = 256;

    /** A store that does not answer for longer is away, and is given the whole list when it is back. */
    private static final int MOST_ROUNDS = 10;

    RevocationReapplier(SessionStore store, Consumer<Runnable> later) {
        this(store, later, new AtomicInteger());
    }

    /** @param revoked the ids of the sessions, and when each was revoked */
    void apply(Map<String, Instant> revoked) {
        apply(List.copyOf(revoked.entrySet()), 1, () -> false);
    }

    /** Reapplies all that this node remembers. The next recovery replaces this one, which then stops. */
    void recover(Map<String, Instant> revoked) {
        int recovery = recoveries.incrementAndGet();
        apply(List.copyOf(revoked.entrySet()), 1, () -> recoveries.get() != recovery);
    }

    private void apply(List<Map.Entry<String, Instant>> revoked, int number, BooleanSupplier isReplaced) {
        Round round = new Round(isReplaced);
        round.apply(0, revoked).thenRun(() -> {
            if (round.returned.get() > 0) {
                log.warn(
                        "{} revoked session(s) were in the store again and have been deleted. The store has"
                                + " lost writes, or an old backup was restored",
                        round.returned);
            }
            if (!round.left.isEmpty() && number < MOST_ROUNDS) {
                later.accept(() -> apply(List.copyOf(round.left), number + 1, isReplaced));
            }
        });
    }

    /** All sessions once. A part that fails, by a slow answer or a master that is away, does not hold up the others. */
    private final class Round {

        private final AtomicLong returned = new AtomicLong();

        private final Queue<Map.Entry<String, Instant>> left = new ConcurrentLinkedQueue<>();

        private final BooleanSupplier isReplaced;

        Round(BooleanSupplier isReplaced) {
            this.isReplaced = isReplaced;
        }

        CompletionStage<Void> apply(int from, List<Map.Entry<String, Instant>> revoked) {
            if (from >= revoked.size() || isReplaced.getAsBoolean()) {
                return CompletableFuture.completedFuture(null);
            }
            List<Map.Entry<String, Instant>> chunk = revoked.subList(from, Math.min(from + CHUNK, revoked.size()));
            return store.reapplyRevocations(
                            chunk.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
                            Duration.ZERO)
                    .<Void>handle((count, failure) -> {
                        if (failure == null) {
                            returned.addAndGet(count);
                        } else {
                            left.addAll(chunk);
                        }
                        return null;
                    })
                    .thenCompose(done -> apply(from + CHUNK, revoked));
        }
    }
}
