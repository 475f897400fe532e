// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.chaos.NodeClient.Answer;
import dev.sessiontracking.core.SessionChecker.Result;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Writes down what was asked and answered, in the terms of the history. Thread-safe. */
final class Recorder {

    private final Fleet fleet;

    private final History history;

    private final Queue<Exchange> exchanges = new ConcurrentLinkedQueue<>();

    private final Queue<History.Check> checks = new ConcurrentLinkedQueue<>();

    private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();

    /** Of each life of a node, the latest moment since which the server must have answered it. */
    private final ConcurrentMap<Integer, Long> provenSince = new ConcurrentHashMap<>();

    Recorder(Fleet fleet, History history) {
        this.fleet = fleet;
        this.history = history;
    }

    Collection<Exchange> exchanges() {
        return exchanges;
    }

    Collection<History.Check> checks() {
        return checks;
    }

    /** What no client should have met. */
    Collection<String> unexpected() {
        return unexpected;
    }

    void unexpected(String what) {
        unexpected.add(what);
    }

    /** Since when this life of a node has been seen to reach the server. */
    long provenSince(int life) {
        return provenSince.getOrDefault(life, Long.MIN_VALUE);
    }

    /** A request that is about no session, or whose session is not known. */
    void request(Exchange.Kind kind, int node, Answer answer) {
        note(kind, node, answer, null);
    }

    /** {@code GET /me} with a token of a login. */
    void me(int node, Answer answer, String id) {
        Result check = answer.check();
        if (answer.status() == 200 && (check == null || check.status() == SessionStatus.ENDED)
                || answer.status() == 401 && (check == null || check.status() != SessionStatus.ENDED)) {
            unexpected("GET /me was answered " + answer.status() + " on the decision " + check);
        }
        decided(Exchange.Kind.CHECK, node, answer, id, check);
        if (answer.status() == 401 && check == Result.ENDED_BY_STORE) {
            history.seenGone(answer.node(), id, answer.start() - FleetRun.SHARING.toNanos(), answer.end());
        } else if (answer.status() == 401 && check == Result.ENDED_BY_CACHE) {
            history.seenGone(answer.node(), id, answer.start() - FleetRun.STALENESS.toNanos(), answer.end());
        }
    }

    /** A refresh: it looks into the store, or rests on nothing. */
    void refresh(int node, Answer answer, String id) {
        Result check = answer.isSuccess()
                ? answer.isProvenRefresh() ? Result.LIVE_BY_STORE : Result.UNVERIFIED
                : answer.check() != null && answer.check().status() == SessionStatus.ENDED
                        ? answer.check()
                        : Result.ENDED_BY_STORE;
        decided(Exchange.Kind.REFRESH, node, answer, id, check);
    }

    /** The rotation of a refresh token. It does not say what a rejection rests on. */
    void rotation(int node, Answer answer, String id) {
        Result check = answer.isProvenRefresh()
                ? Result.LIVE_BY_STORE
                : answer.isSuccess() ? Result.UNVERIFIED : Result.ENDED_BY_DENYLIST;
        decided(Exchange.Kind.ROTATION, node, answer, id, check);
    }

    private void decided(Exchange.Kind kind, int node, Answer answer, String id, @Nullable Result check) {
        if (answer.status() == 200 || answer.status() == 401) {
            note(kind, node, answer, check);
            if (check != null) {
                check(answer, id, check);
            }
        } else {
            note(kind, node, answer, answer.status() == 503 ? Result.UNVERIFIED : null);
        }
    }

    /** The caller's own token was judged in passing. */
    void caller(Answer answer, String id) {
        Result check = answer.check();
        if (check != null && answer.status() != 0 && (answer.status() != 503 || check != Result.UNVERIFIED)) {
            check(answer, id, check);
        }
    }

    private void check(Answer answer, String id, Result check) {
        checks.add(new History.Check(answer.node(), id, answer.start(), answer.end(), check));
        long age = check.source() == Result.Source.CACHE ? FleetRun.STALENESS.toNanos() : 0;
        if (check.source() == Result.Source.STORE || check.source() == Result.Source.CACHE) {
            provenSince.merge(answer.node(), answer.start() - age, Math::max);
        }
    }

    /**
     * A revocation of sessions that were believed to live.
     *
     * @return whether their life is over, or may be
     */
    boolean revocation(Exchange.Kind kind, int node, Answer answer, List<Household.Member> targets) {
        note(kind, node, answer, null);
        if (answer.status() == 401 || answer.status() == 503 && !answer.pending()) {
            return false;
        }
        for (Household.Member target : targets) {
            String id = target.id();
            if (!target.isTracked()) {
                continue;
            }
            if (answer.status() == 0) {
                history.perhapsRevoked(id, answer.start());
            } else if (answer.pending()) {
                history.revocationKept(answer.node(), id, answer.start(), answer.end());
            } else if (answer.revoked().contains(id)) {
                history.revoked(answer.node(), id, answer.start(), answer.end());
            } else {
                // The server did not have it any more: right only if something else has ended it.
                checks.add(new History.Check(answer.node(), id, answer.start(), answer.end(), Result.ENDED_BY_STORE));
                // Either way it must not be there any more.
                history.revoked(History.BY_HAND, id, answer.end() + 1, answer.end() + 1);
            }
        }
        return true;
    }

    /** A revocation of all that its user had begun, which ends a login without a session too. */
    void revocationOfLogin(Answer answer, String id) {
        if (answer.pending()) {
            history.revocationKept(answer.node(), id, answer.start(), answer.end());
        } else if (answer.isSuccess()) {
            history.revoked(answer.node(), id, answer.start(), answer.end());
        } else {
            history.perhapsRevoked(id, answer.start());
        }
    }

    private void note(Exchange.Kind kind, int node, Answer answer, @Nullable Result check) {
        boolean excused = fleet.node(node).wasDisturbedSince(answer.start())
                || fleet.node(node).life() != answer.node();
        Exchange exchange = Exchange.of(kind, answer, check, excused);
        exchanges.add(exchange);
        if (exchange.isBroken()) {
            unexpected(kind + " was answered " + answer.status() + " after "
                    + exchange.time().toMillis() + " ms");
        }
    }
}
