// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntPredicate;

/**
 * What was done and answered, all on one monotonic clock, and the judgement of it. Recording is thread-safe; checks are
 * kept by the thread that makes them and handed in at the end. A node is one life of a process: restarted, it is another
 * one.
 */
public final class History {

    public static final long NEVER = Long.MAX_VALUE;

    /** No node: the server was told directly. */
    public static final int BY_HAND = -1;

    public static final String WRONGLY_REJECTED = "wrongly rejected";

    public static final String ANNOUNCED = "accepted unverified although its revocation was announced";

    /** By when a connected node must have read an announced revocation. */
    private static final Duration ANNOUNCEMENT = Duration.ofSeconds(1);

    /** An answer: that of a check, or of a refresh, which is one of the store or unproven. */
    public record Check(int node, String session, long start, long end, Result answer) {}

    /** A session, live from its acknowledgement until something ends it. */
    public record Login(String session, long start, long acknowledged, Duration ttl) {}

    /** A check that must not have been answered so. */
    public record Violation(String rule, Check check, long lateNanos) {}

    /** Something that ends a session on the server; acknowledged {@link #NEVER} when nobody knows if and when. */
    record End(int node, long start, long acknowledged, long deniedOnNode) {}

    /**
     * The server has lost writes, or somebody has undone them by hand.
     *
     * @param kept what was acknowledged before this moment is not undone
     * @param from when it may have begun to be undone
     * @param until when it was
     */
    record Undo(long kept, long from, long until) {}

    /** A node did not get pushes, and could not know that, for a time. */
    record Blind(int node, long from, long until) {}

    private final Map<String, Login> logins = new ConcurrentHashMap<>();

    private final Map<String, Queue<End>> ends = new ConcurrentHashMap<>();

    private final Set<String> untracked = ConcurrentHashMap.newKeySet();

    private final Map<String, Queue<Integer>> refusableOn = new ConcurrentHashMap<>();

    private final Map<String, Queue<Undo>> undone = new ConcurrentHashMap<>();

    final Cutoffs cutoffs = new Cutoffs();

    final Losses losses = new Losses();

    private final Sightings sightings = new Sightings();

    private final Queue<Blind> blind = new ConcurrentLinkedQueue<>();

    private volatile boolean announcing;

    /** Every node accepts unverified tokens, and remembers announced revocations for as long as the test lasts. */
    void announcing() {
        announcing = true;
    }

    public void login(Login login) {
        logins.put(login.session(), login);
    }

    /** A login that has no session: a server that loses its data loses nothing of it but its revocations. */
    public void untracked(Login login) {
        untracked.add(login.session());
        login(login);
    }

    /** What ends a login, or has ended it, ends the session that it is registered as. */
    public void registered(String login, String session) {
        ends.getOrDefault(login, new ConcurrentLinkedQueue<>()).forEach(end -> end(session, end));
    }

    /** A revocation that the server has acknowledged. */
    public void revoked(int node, String session, long start, long acknowledged) {
        end(session, new End(node, start, acknowledged, node == BY_HAND ? NEVER : acknowledged));
    }

    /** A revocation that the node keeps, as the server has not acknowledged it. */
    public void revocationKept(int node, String session, long start, long kept) {
        end(session, new End(node, start, NEVER, kept));
    }

    /**
     * The server was without a session at some moment in between.
     *
     * @param node whose answer said so, or {@link #BY_HAND}
     */
    public void seenGone(int node, String session, long from, long until) {
        sightings.add(session, node, from, until);
    }

    /** Something of which nobody knows whether it has ended the session. */
    public void perhapsRevoked(String session, long start) {
        end(session, new End(BY_HAND, start, NEVER, NEVER));
    }

    /** This node may refuse the session although it lives, as the README says. */
    public void refusableOn(int node, String session) {
        refusableOn
                .computeIfAbsent(session, id -> new ConcurrentLinkedQueue<>())
                .add(node);
    }

    private void end(String session, End end) {
        ends.computeIfAbsent(session, id -> new ConcurrentLinkedQueue<>()).add(end);
    }

    public void flushed(long start, long acknowledged) {
        losses.flushes.add(new End(BY_HAND, start, acknowledged, NEVER));
    }

    private boolean mayBeUnlisted(String session) {
        Login login = logins.get(session);
        return login != null && losses.mayBeUnlisted(login.start(), login.acknowledged());
    }

    /** Somebody has put back a session that had ended. */
    public void putBack(String session, long start, long acknowledged) {
        undone.computeIfAbsent(session, id -> new ConcurrentLinkedQueue<>())
                .add(new Undo(Long.MIN_VALUE, start, acknowledged));
    }

    /** The server has lost what it acknowledged after a moment, or some of it. */
    public void rolledBack(long kept, long from, long until) {
        losses.rollbacks.add(new Undo(kept, from, until));
    }

    /** Something between a node and the server has silently made a new connection: pushes may be lost for a time. */
    public void blind(int node, long from, long until) {
        blind.add(new Blind(node, from, until));
    }

    /**
     * Judges checks.
     *
     * @param staleness how long after a revocation the cache may still say live
     * @param sharing how long after a revocation an answer of the store may still say live, as it was asked before
     */
    public List<Violation> violations(Collection<Check> checks, Duration staleness, Duration sharing) {
        Map<String, Fate> fates = new ConcurrentHashMap<>();
        List<Violation> violations = new ArrayList<>();
        Map<Integer, NavigableSet<Long>> connected = Sightings.connected(checks, staleness);
        for (Check check : checks) {
            Fate fate = fates.computeIfAbsent(check.session(), this::fate);
            fate.judge(check, staleness.toNanos(), sharing.toNanos())
                    .filter(violation -> violation.rule().equals(WRONGLY_REJECTED) || !mayBeUnlisted(check.session()))
                    .ifPresent(violations::add);
            if (announcing && check.answer() == Result.UNVERIFIED && !untracked.contains(check.session())) {
                NavigableSet<Long> contacts = connected
                        .getOrDefault(check.node(), new TreeSet<>())
                        .headSet(check.start() - staleness.toNanos(), false);
                judgeUnverified(check, fate, contacts).ifPresent(violations::add);
            }
        }
        return violations;
    }

    /** @param contacts the node must know what was acknowledged before one of these moments */
    private Optional<Violation> judgeUnverified(Check check, Fate fate, NavigableSet<Long> contacts) {
        return fate.ends().stream()
                .filter(end -> end.node() != BY_HAND && end.acknowledged() != NEVER)
                .filter(end -> {
                    Long read = contacts.higher(end.acknowledged() + ANNOUNCEMENT.toNanos());
                    return read != null && !mayBeLost(end, read);
                })
                .findFirst()
                .map(end -> new Violation(ANNOUNCED, check, check.start() - end.acknowledged()));
    }

    /** Whether the server may have lost the announcement before the node read it. */
    private boolean mayBeLost(End end, long read) {
        return losses.mayHaveLost(end.start(), read)
                || blind.stream().anyMatch(span -> span.from() <= read && span.until() >= end.start());
    }

    /** The sessions that are certainly live, and those that certainly are not, at a moment after all that happened. */
    public List<String> certainly(SessionStatus status, long moment) {
        return logins.keySet().stream()
                .filter(id -> {
                    Fate fate = fate(id);
                    return status == SessionStatus.LIVE ? fate.mayEnd() > moment : fate.hasEnded(moment);
                })
                .toList();
    }

    /** All that is known of a session, with moments in milliseconds before or after another one. */
    public String describe(String session, long moment) {
        StringBuilder text = new StringBuilder(session);
        Login login = logins.get(session);
        if (login != null) {
            text.append(" login ").append(since(moment, login.start())).append("..");
            text.append(since(moment, login.acknowledged()));
        }
        ends.getOrDefault(session, new ConcurrentLinkedQueue<>())
                .forEach(end -> text.append(" end on ")
                        .append(end.node())
                        .append(' ')
                        .append(since(moment, end.start()))
                        .append(" acknowledged ")
                        .append(since(moment, end.acknowledged()))
                        .append(" denied ")
                        .append(since(moment, end.deniedOnNode())));
        losses.rollbacks.forEach(rollback -> text.append(" rollback ").append(since(moment, rollback.from())));
        losses.flushes.forEach(flush -> text.append(" flush ").append(since(moment, flush.start())));
        undone.getOrDefault(session, new ConcurrentLinkedQueue<>())
                .forEach(undo -> text.append(" put back ").append(since(moment, undo.from())));
        return text.toString();
    }

    private static String since(long moment, long other) {
        return other == NEVER ? "never" : (other - moment) / 1_000_000 + "ms";
    }

    /**
     * The logins that the server must forget when the nodes have told it what they know.
     *
     * @param reconnected whether the nodes also tell again what the server has confirmed
     */
    List<String> due(boolean tracked, IntPredicate isAlive, boolean reconnected) {
        return ends.entrySet().stream()
                .filter(one -> untracked.contains(one.getKey()) != tracked && !mayBeUnlisted(one.getKey()))
                .filter(one -> one.getValue().stream()
                        .anyMatch(end -> end.deniedOnNode() != NEVER
                                && isAlive.test(end.node())
                                && (reconnected
                                        || end.acknowledged() == NEVER
                                                && sightings.goneBy(one.getKey(), end.deniedOnNode(), any -> true)
                                                        == NEVER)))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Fate fate(String session) {
        Login login = logins.get(session);
        if (login == null) {
            throw new IllegalArgumentException("No login of " + session);
        }
        List<Undo> undos = new ArrayList<>(undone.getOrDefault(session, new ConcurrentLinkedQueue<>()));
        undos.addAll(losses.rollbacks);
        List<End> own = new ArrayList<>(ends.getOrDefault(session, new ConcurrentLinkedQueue<>()));
        boolean isTracked = !untracked.contains(session);
        for (End flush : losses.flushes) {
            if (!isTracked) {
                undos.add(new Undo(Long.MIN_VALUE, flush.start(), flush.acknowledged()));
            } else if (flush.start() >= login.acknowledged()) {
                own.add(flush);
            } else if (flush.acknowledged() >= login.start()) {
                own.add(new End(BY_HAND, flush.start(), NEVER, NEVER));
            }
        }
        cutoffs.addTo(own, login, blind);
        for (Undo rollback : losses.rollbacks) {
            if (isTracked && login.acknowledged() >= rollback.kept() && login.start() < rollback.until()) {
                own.add(new End(BY_HAND, rollback.from(), NEVER, NEVER));
            }
        }
        return Fate.of(
                login,
                own,
                undos,
                List.copyOf(blind),
                List.copyOf(refusableOn.getOrDefault(session, new ConcurrentLinkedQueue<>())),
                moment -> sightings.goneBy(session, moment, sighting -> sighting.isOfAll(login, cutoffs, blind)));
    }
}
