// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static dev.sessiontracking.chaos.History.NEVER;

import dev.sessiontracking.core.SessionChecker.Result;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/**
 * When sessions were seen to be gone. Nobody knows how long a node takes to apply what it keeps: that depends on the
 * processors. But when the server was once seen without a session, it must stay without it. Thread-safe.
 */
final class Sightings {

    private final Map<String, Queue<Sighting>> sightings = new ConcurrentHashMap<>();

    /**
     * A session was gone at some moment in between.
     *
     * @param node whose answer said so, or {@link History#BY_HAND}
     */
    record Sighting(int node, long from, long until) {

        /** Whether it says something about all nodes: not by a cut-off, nor while its node was blind. */
        boolean isOfAll(History.Login login, Cutoffs cutoffs, Collection<History.Blind> blind) {
            return node == History.BY_HAND
                    || !cutoffs.mayCover(login.start(), until)
                            && blind.stream()
                                    .noneMatch(span ->
                                            span.node() == node && span.from() <= until && span.until() >= from);
        }
    }

    void add(String session, int node, long from, long until) {
        sightings.computeIfAbsent(session, id -> new ConcurrentLinkedQueue<>()).add(new Sighting(node, from, until));
    }

    /**
     * By when a session was gone, as it was first seen after a moment; {@link History#NEVER} if it was not.
     *
     * @param isOfAll whether a sighting counts
     */
    long goneBy(String session, long moment, Predicate<Sighting> isOfAll) {
        return sightings.getOrDefault(session, new ConcurrentLinkedQueue<>()).stream()
                .filter(sighting -> sighting.from() > moment && isOfAll.test(sighting))
                .mapToLong(Sighting::until)
                .min()
                .orElse(NEVER);
    }

    /** Moments at which a node had a reply on the connection on which it reads announcements. */
    static Map<Integer, NavigableSet<Long>> connected(Collection<History.Check> checks, Duration staleness) {
        Map<Integer, NavigableSet<Long>> connected = new HashMap<>();
        for (History.Check check : checks) {
            if (check.answer().source() == Result.Source.CACHE) {
                connected
                        .computeIfAbsent(check.node(), node -> new TreeSet<>())
                        .add(check.start() - staleness.toNanos());
            }
        }
        return connected;
    }
}
