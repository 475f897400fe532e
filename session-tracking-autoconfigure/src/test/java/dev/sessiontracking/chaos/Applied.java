// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.chaos.NodeClient.Answer;
import dev.sessiontracking.redis.format.MarkerValue;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.testkit.RedisCli;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * What the nodes know and the server must have heard after a fault: each revocation that it did not confirm, and those that
 * it has lost. However long it takes, from then on nobody may say anything else.
 */
record Applied(FleetRun run, Fault fault, IntPredicate isAlive) {

    private static final RedisKeys KEYS = new RedisKeys("");

    /** Of logins without a session. */
    private static final int MOST_ASKED_FOR = 20;

    /** Waits for it. */
    static void await(FleetRun run, Fault fault, Duration longest) {
        Applied applied = new Applied(run, fault, life -> !run.fleet.deaths().containsKey(life));
        List<String> sessions = run.history.due(true, applied.isAlive, fault.reconnects());
        List<String> logins = run.history.due(false, applied.isAlive, fault.reconnects());
        long cutoff = run.history.cutoffs.latest(applied.isAlive);
        Stream.<Runnable>of(
                        () -> applied.expectNone(sessions),
                        () -> applied.expectCutoff(cutoff),
                        () -> run.traffic.ended(logins, MOST_ASKED_FOR).forEach(applied::expectRejection))
                .forEach(expected -> org.awaitility.Awaitility.await("what nodes revoked, after " + fault.name())
                        .atMost(longest)
                        .pollInterval(Duration.ofMillis(20))
                        .ignoreExceptions()
                        .untilAsserted(expected::run));
    }

    private void expectNone(List<String> sessions) {
        if (sessions.isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        List<String> words = new ArrayList<>(List.of("MGET"));
        sessions.forEach(session -> words.add(KEYS.session(session)));
        List<?> values = (List<?>) cli().command(words.toArray(String[]::new));
        long end = System.nanoTime();
        List<String> there = new ArrayList<>();
        for (int i = 0; i < sessions.size(); i++) {
            if (values.get(i) == null) {
                run.history.seenGone(History.BY_HAND, sessions.get(i), start, end);
            } else {
                there.add(run.history.describe(sessions.get(i), end));
            }
        }
        assertThat(there).isEmpty();
    }

    private void expectCutoff(long millis) {
        if (millis > 0) {
            long start = System.nanoTime();
            NotBefore cutoff = MarkerValue.parse(cli().text("GET", KEYS.userState(NotBefore.ALL_USERS)));
            assertThat(cutoff.millis()).isGreaterThanOrEqualTo(millis);
            run.history.cutoffs.seen(cutoff.millis(), start, System.nanoTime());
        }
    }

    /** On another node than the one that revoked it. */
    private void expectRejection(FleetTraffic.Over login) {
        int node = Math.floorMod(login.node() + 1, run.fleet.size());
        if (!run.fleet.node(node).isDisturbed()) {
            Answer answer = run.fleet.client(node).me(login.member().tokens());
            run.recorder.me(node, answer, login.member().id());
            assertThat(answer.status()).as(login.member().id()).isEqualTo(401);
        }
    }

    private RedisCli cli() {
        return run.fleet.server().cli();
    }
}
