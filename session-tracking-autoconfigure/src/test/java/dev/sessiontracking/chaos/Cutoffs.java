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
import java.util.function.IntPredicate;

/** Cut-offs of all users: they end what began before, on the node itself at once, and elsewhere within a second. */
final class Cutoffs {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static final long LONGEST_ATTEMPT = 10 * SECOND;

    private final Queue<Cutoff> cutoffs = new ConcurrentLinkedQueue<>();

    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();

    /** @param millis a time on everybody's clock that is not later */
    private record Cutoff(End end, long millis) {}

    /** The server had one of that time or a later one at some moment in between. */
    private record Seen(long millis, long from, long until) {}

    /**
     * Records a cut-off.
     *
     * @param millis a time on everybody's clock that is not later
     * @param acknowledged {@link History#NEVER} if the node keeps it, or if nobody knows
     * @param enforced when this node enforces it, {@link History#NEVER} if nobody knows
     */
    void add(int node, long millis, long start, long acknowledged, long enforced) {
        cutoffs.add(new Cutoff(new End(node, start, acknowledged, enforced), millis));
    }

    /** The latest time that the server must have when the nodes have told it what they know; 0 for none. */
    long latest(IntPredicate isAlive) {
        return cutoffs.stream()
                .filter(cutoff -> cutoff.end().deniedOnNode() != NEVER
                        && isAlive.test(cutoff.end().node()))
                .mapToLong(Cutoff::millis)
                .max()
                .orElse(0);
    }

    void seen(long millis, long from, long until) {
        seen.add(new Seen(millis, from, until));
    }

    /** Whether one may cover what began then. A time of authentication has whole seconds. */
    boolean mayCover(long began) {
        return mayCover(began, NEVER);
    }

    /** @param until begun before that */
    boolean mayCover(long began, long until) {
        return cutoffs.stream()
                .anyMatch(cutoff -> began < latest(cutoff.end()) && cutoff.end().start() < until);
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
        for (Cutoff one : cutoffs) {
            End cutoff = one.end();
            if (login.acknowledged() <= cutoff.start()) {
                long everywhere = confirmed(one) == NEVER ? NEVER : confirmed(one) + SECOND;
                long known = blind.stream()
                        .filter(span -> span.from() <= everywhere && span.until() >= cutoff.start())
                        .mapToLong(span -> span.until() + SECOND)
                        .reduce(everywhere, Math::max);
                ends.add(new End(cutoff.node(), cutoff.start(), known, cutoff.deniedOnNode()));
            } else if (login.start() < latest(cutoff)) {
                ends.add(new End(History.BY_HAND, cutoff.start(), NEVER, NEVER));
            }
        }
    }

    /** When the server had it: it has said so, or was seen to have it after the node had made it. */
    private long confirmed(Cutoff one) {
        return one.end().acknowledged() != NEVER
                ? one.end().acknowledged()
                : seen.stream()
                        .filter(moment -> moment.millis() >= one.millis()
                                && moment.from() > one.end().deniedOnNode())
                        .mapToLong(Seen::until)
                        .min()
                        .orElse(NEVER);
    }
}
