// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static dev.sessiontracking.chaos.History.NEVER;

import dev.sessiontracking.core.SessionChecker.Result;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * When nodes have recovered, as it is seen from outside: a calm begins when the server answers the test and nothing is
 * done to any network or node, and a node has recovered when it then gives an answer that the server must have given after
 * that. One second later it has carried out what it knows, if the calm and the node lasted so long.
 */
public final class Recoveries {

    /** Nothing is ever carried out again. */
    static final Recoveries NONE = new Recoveries(List.of(), Map.of(), List.of(), Duration.ZERO, Duration.ZERO);

    /**
     * A time without a fault.
     *
     * @param reconnected whether every node has lost its connections in the fault before
     */
    public record Calm(long from, long until, boolean reconnected) {}

    private final List<Calm> calms;

    private final Map<Integer, Long> deaths;

    /** Of each node, answers that the server has given after a moment, by that moment, and when they came. */
    private final Map<Integer, NavigableMap<Long, Long>> proofs = new HashMap<>();

    private final long allowed;

    /**
     * @param deaths when each node was killed, frozen for ever or ended
     * @param checks in any order
     * @param staleness how old what the cache says may be
     * @param allowed how long after its recovery a node may take
     */
    public Recoveries(
            List<Calm> calms,
            Map<Integer, Long> deaths,
            Collection<History.Check> checks,
            Duration staleness,
            Duration allowed) {
        this.calms = List.copyOf(calms);
        this.deaths = Map.copyOf(deaths);
        this.allowed = allowed.toNanos();
        for (History.Check check : checks) {
            Result.Source source = check.answer().source();
            long age = source == Result.Source.CACHE ? staleness.toNanos() : 0;
            if (source == Result.Source.STORE || source == Result.Source.CACHE) {
                proofs.computeIfAbsent(check.node(), node -> new TreeMap<>())
                        .merge(check.start() - age, check.end(), Math::min);
            }
        }
    }

    /** By when a node must have told the server what it kept since a moment; {@link History#NEVER} if not at all. */
    long appliedBy(int node, long kept) {
        return deadline(node, kept, false);
    }

    /** By when a node must have told the server again what it has lost at a moment. */
    long appliedAgainBy(int node, long lost) {
        return deadline(node, lost, true);
    }

    private long deadline(int node, long moment, boolean afterReconnect) {
        for (Calm calm : calms) {
            if (calm.until() > moment && (!afterReconnect || calm.reconnected() && calm.from() >= moment)) {
                long recovered = recovered(node, Math.max(calm.from(), moment));
                long deadline = recovered == NEVER ? NEVER : recovered + allowed;
                if (deadline <= Math.min(calm.until(), deaths.getOrDefault(node, NEVER))) {
                    return deadline;
                }
            }
        }
        return NEVER;
    }

    /** When a node was first seen to reach the server after a moment. */
    long recovered(int node, long moment) {
        Map.Entry<Long, Long> first =
                proofs.getOrDefault(node, Collections.emptyNavigableMap()).ceilingEntry(moment);
        return first == null ? NEVER : first.getValue();
    }
}
