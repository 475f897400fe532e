// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** One user and the logins that this user has at the moment. For one thread; what others read is handed to them. */
final class Household {

    /** {@code auth_time} is a whole second. */
    private static final long SECOND = Duration.ofMillis(1_100).toNanos();

    private static final AtomicInteger COUNT = new AtomicInteger();

    final String user = "user-" + COUNT.incrementAndGet();

    final List<Member> members = new ArrayList<>();

    /** Logins without a session, those that are over included: what ends all logins of the user ends them too. */
    final List<String> untracked = new ArrayList<>();

    /** When the last revocation of all was over, or long ago. */
    private long marked = System.nanoTime() - 2 * SECOND;

    private final List<Everywhere> kept = new ArrayList<>();

    /**
     * A login.
     *
     * @param id of its session, or one that this test gave it as it has none
     * @param began when the user gave credentials
     */
    record Member(String id, NodeClient.Tokens tokens, long began) {

        boolean isTracked() {
            return tokens.sessionId() != null;
        }
    }

    /** A revocation of all that the user had begun, which a node keeps. */
    private record Everywhere(int node, long until) {}

    Member any(Random random) {
        return members.get(random.nextInt(members.size()));
    }

    /** A revocation of all has written, or may have written, the user's not-before marker. */
    void markedEverywhere(long until) {
        marked = Math.max(marked, until);
    }

    /** Whether a login without a session may be taken for one of those before the marker: it is in the same second. */
    boolean mayBeMarked(long began) {
        return began < marked + SECOND;
    }

    void keptEverywhere(int node, long until) {
        kept.add(new Everywhere(node, until));
    }

    /**
     * The nodes that may take a login for one of those before a revocation: until the server has told them, they go by when
     * the user gave credentials.
     */
    List<Integer> mayTakeForEarlier(long began) {
        return kept.stream()
                .filter(everywhere -> began < everywhere.until() + SECOND)
                .map(Everywhere::node)
                .toList();
    }
}
