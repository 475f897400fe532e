// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static dev.sessiontracking.chaos.History.NEVER;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.chaos.History.Check;
import dev.sessiontracking.chaos.History.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** What must have been true of one session, and the judgement of the answers about it. */
record Fate(
        long mayEnd,
        long expiryUntil,
        List<Span> gone,
        List<History.End> ends,
        List<History.Blind> blind,
        List<Integer> refusableOn) {

    /** A time throughout which the server certainly does not hold the session. */
    record Span(long from, long until) {}

    static Fate of(
            History.Login login,
            List<History.End> ends,
            List<History.Undo> undos,
            List<History.Blind> blind,
            List<Integer> refusableOn,
            LongUnaryOperator goneBy) {
        long mayEnd = login.start() + login.ttl().minusMillis(2).toNanos();
        List<Span> gone = new ArrayList<>();
        for (History.End end : ends) {
            mayEnd = Math.min(mayEnd, end.start());
            addSpans(gone, end, undos, goneBy);
        }
        long expiryUntil = login.acknowledged() + login.ttl().plusMillis(1).toNanos();
        return new Fate(mayEnd, expiryUntil, gone, ends, blind, refusableOn);
    }

    /**
     * Gone from its acknowledgement until it is undone. What the server did not confirm, or has lost, is gone from when it
     * was seen to be: the node that knows of it carries it out.
     *
     * @param goneBy by when it was gone, as it was seen after a moment
     */
    private static void addSpans(List<Span> gone, History.End end, List<History.Undo> undos, LongUnaryOperator goneBy) {
        long from = end.acknowledged();
        if (from == NEVER && end.deniedOnNode() != NEVER) {
            from = goneBy.applyAsLong(end.deniedOnNode());
        }
        List<History.Undo> inOrder = undos.stream()
                .sorted((one, other) -> Long.compare(one.from(), other.from()))
                .toList();
        for (History.Undo undo : inOrder) {
            boolean isKept = end.acknowledged() < undo.kept();
            if (from != NEVER && !isKept && end.start() < undo.until()) {
                boolean isLater = end.acknowledged() == NEVER && from > undo.until();
                if (!isLater) {
                    add(gone, from, undo.from());
                    from = end.deniedOnNode() == NEVER
                            ? NEVER
                            : goneBy.applyAsLong(Math.max(undo.until(), end.deniedOnNode()));
                }
            }
        }
        add(gone, from, NEVER);
    }

    private static void add(List<Span> gone, long from, long until) {
        if (from < until) {
            gone.add(new Span(from, until));
        }
    }

    /** Whether it is over at a moment after all that happened, here or on the node that keeps its revocation. */
    boolean hasEnded(long moment) {
        return gone.stream().anyMatch(span -> span.from() <= moment && moment < span.until())
                || ends.stream().anyMatch(end -> end.deniedOnNode() != NEVER);
    }

    Optional<Violation> judge(Check check, long staleness, long sharing) {
        if (check.answer().status() == SessionStatus.ENDED) {
            boolean isRight = check.end() >= mayEnd || refusableOn.contains(check.node());
            return isRight ? Optional.empty() : late(History.WRONGLY_REJECTED, check, mayEnd - check.end());
        }
        for (History.End end : ends) {
            if (end.node() == check.node() && check.start() > end.deniedOnNode()) {
                return late("accepted by the node that revoked it", check, check.start() - end.deniedOnNode());
            }
        }
        return switch (check.answer()) {
            case LIVE_BY_CACHE ->
                check.start() > expiryUntil
                        ? late("accepted by cache after expiry", check, check.start() - expiryUntil)
                        : accepted("accepted by cache", check, oldestAnswer(check, staleness));
            case LIVE_BY_STORE ->
                check.start() - sharing > expiryUntil
                        ? late("accepted by store", check, check.start() - expiryUntil)
                        : accepted("accepted by store", check, check.start() - sharing);
            default -> Optional.empty();
        };
    }

    /** When the session was last live, at the earliest, if the cache says so now. */
    private long oldestAnswer(Check check, long staleness) {
        long oldest = check.start() - staleness;
        for (History.Blind span : blind) {
            if (span.node() == check.node()
                    && check.start() >= span.from()
                    && check.start() <= span.until() + staleness) {
                oldest = Math.min(oldest, span.from() - staleness);
            }
        }
        return oldest;
    }

    /** An answer is right when it was at some moment since then. */
    private Optional<Violation> accepted(String rule, Check check, long since) {
        return gone.stream()
                .filter(span -> span.from() < since && check.end() < span.until())
                .findFirst()
                .flatMap(span -> late(rule, check, check.start() - span.from()));
    }

    private static Optional<Violation> late(String rule, Check check, long nanos) {
        return Optional.of(new Violation(rule, check, nanos));
    }
}
