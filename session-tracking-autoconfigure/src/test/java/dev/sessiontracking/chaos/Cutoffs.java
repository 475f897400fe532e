// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static dev.sessiontracking.chaos.History.NEVER;

import dev.sessiontracking.chaos.History.Blind;
import dev.sessiontracking.chaos.History.End;
import dev.sessiontracking.chaos.History.Login;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Cut-offs of all users: they end what began before, on the node itself at once, and elsewhere within a second. */
final class Cutoffs {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static final long LONGEST_ATTEMPT = 10 * SECOND;

    private final Queue<End> cutoffs = new ConcurrentLinkedQueue<>();

    /**
     * Records a cut-off.
     *
     * @param acknowledged {@link History#NEVER} if the node keeps it, or if nobody knows
     * @param enforced when this node enforces it, {@link History#NEVER} if nobody knows
     */
    void add(int node, long start, long acknowledged, long enforced) {
        cutoffs.add(new End(node, start, acknowledged == NEVER ? NEVER : acknowledged + SECOND, enforced));
    }

    /** Whether one may cover what began then. A time of authentication has whole seconds. */
    boolean mayCover(long began) {
        return cutoffs.stream().anyMatch(cutoff -> began < latest(cutoff));
    }

    private static long latest(End cutoff) {
        long end = cutoff.deniedOnNode() == NEVER ? cutoff.start() + LONGEST_ATTEMPT : cutoff.deniedOnNode();
        return end + SECOND;
    }

    /**
     * Adds what ends a login, or may end it.
     *
     * @param blind when nodes missed invalidations: a node that has a cut-off in its cache asks for no other one
     */
    void addTo(List<End> ends, Login login, Collection<Blind> blind) {
        for (End cutoff : cutoffs) {
            if (login.acknowledged() <= cutoff.start()) {
                long seen = blind.stream()
                        .filter(span -> span.from() <= cutoff.acknowledged() && span.until() >= cutoff.start())
                        .mapToLong(span -> span.until() + SECOND)
                        .reduce(cutoff.acknowledged(), Math::max);
                ends.add(new End(cutoff.node(), cutoff.start(), seen, cutoff.deniedOnNode()));
            } else if (login.start() < latest(cutoff)) {
                ends.add(new End(History.BY_HAND, cutoff.start(), NEVER, NEVER));
            }
        }
    }
}
