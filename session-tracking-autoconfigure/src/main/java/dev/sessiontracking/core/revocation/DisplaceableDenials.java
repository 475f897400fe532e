// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Confirmed revocations of single sessions, and some that are unconfirmed again: those that new ones may displace. A user with
 * many revocations displaces own ones. Not thread-safe.
 */
final class DisplaceableDenials {

    private static final int QUEUES = 256;

    /** More than one in so many revocations of one user displace own ones. */
    private static final int PARTS = 50;

    private static final int SMALLEST_SHARE = 10;

    /** The oldest first. Those of one owner are in one of the queues. */
    private final List<Deque<Denial>> queues =
            Stream.<Deque<Denial>>generate(ArrayDeque::new).limit(QUEUES).toList();

    private final int share;

    private long places;

    /** @param maximum most revocations that are remembered */
    DisplaceableDenials(int maximum) {
        this.share = Math.max(SMALLEST_SHARE, maximum / PARTS);
    }

    void add(Denial denial) {
        if (denial.place == 0) {
            denial.place = ++places;
            queueOf(denial).add(denial);
        }
    }

    /** Removes one that is likely to be among the oldest. */
    void remove(Denial denial) {
        denial.place = 0;
        queueOf(denial).removeFirstOccurrence(denial);
    }

    /** Removes one that is likely to be among the youngest. */
    void removeYoung(Denial denial) {
        denial.place = 0;
        queueOf(denial).removeLastOccurrence(denial);
    }

    @Nullable
    Denial oldest() {
        Denial oldest = null;
        for (Deque<Denial> queue : queues) {
            Denial first = queue.peek();
            if (first != null && (oldest == null || first.place < oldest.place)) {
                oldest = first;
            }
        }
        return oldest;
    }

    /** The oldest of an owner who has more than a share; {@code null} if there is none. */
    @Nullable
    Denial oldestBeyondShare(@Nullable String owner) {
        if (owner == null || queueOf(owner.hashCode()).size() <= share) {
            return null;
        }
        // Counts no further than the share: one user may have as many as are remembered.
        int own = 0;
        Denial oldest = null;
        for (Denial denial : queueOf(owner.hashCode())) {
            if (denial.owner == owner.hashCode()) {
                oldest = oldest == null ? denial : oldest;
                if (++own > share) {
                    return oldest;
                }
            }
        }
        return null;
    }

    private Deque<Denial> queueOf(Denial denial) {
        return queueOf(denial.owner == 0 ? denial.sessionId.hashCode() : denial.owner);
    }

    private Deque<Denial> queueOf(int owner) {
        return queues.get(Math.floorMod(owner, QUEUES));
    }
}
