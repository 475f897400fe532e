// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.chaos.History.End;
import dev.sessiontracking.chaos.History.Undo;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** When the server lost all that it held, or the last of it. */
final class Losses {

    /** A snapshot takes less. */
    private static final long SNAPSHOT = Duration.ofSeconds(1).toNanos();

    final Queue<End> flushes = new ConcurrentLinkedQueue<>();

    final Queue<Undo> rollbacks = new ConcurrentLinkedQueue<>();

    /** Whether the server may have lost what it acknowledged at a moment, before another one. */
    boolean mayHaveLost(long acknowledged, long until) {
        return flushes.stream().anyMatch(flush -> flush.start() <= until && flush.acknowledged() >= acknowledged)
                || rollbacks.stream().anyMatch(undo -> undo.kept() <= until && undo.until() >= acknowledged);
    }

    /**
     * Whether a snapshot that was restored may lie between the two writes of a login: no index lists its session, so that
     * revocations of all sessions end it at its next refresh only.
     */
    boolean mayBeUnlisted(long start, long acknowledged) {
        return rollbacks.stream().anyMatch(undo -> start <= undo.kept() + SNAPSHOT && acknowledged >= undo.kept());
    }
}
