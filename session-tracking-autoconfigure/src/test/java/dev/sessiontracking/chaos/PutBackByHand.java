// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.chaos.NodeClient.Answer;
import dev.sessiontracking.testkit.RedisCli;
import java.util.List;
import java.util.Random;

/**
 * Sessions that were revoked, and that somebody with redis-cli puts back with SET or RENAME. No node is told; those that
 * know of the revocation make it again when they next connect.
 */
record PutBackByHand(FleetRun run, Random random, Runnable pause) {

    private static final int SESSIONS = 8;

    Fault fault() {
        return new Fault("put back by SET and RENAME", true, this::happen);
    }

    private void happen() {
        try (RedisCli cli = run.fleet.cli()) {
            for (int i = 0; i < SESSIONS; i++) {
                putBackOne(cli, i % 2 == 0);
            }
        }
        pause.run();
        for (int i = 0; i < run.fleet.size(); i++) {
            run.fleet.network(i).cut();
        }
    }

    private void putBackOne(RedisCli cli, boolean isRenamed) {
        Household household = new Household();
        int node = random.nextInt(run.fleet.size());
        Answer login = run.fleet.client(node).login(household.user);
        run.recorder.request(Exchange.Kind.LOGIN, node, login);
        if (!login.isSuccess() || login.lines().size() < 3) {
            return;
        }
        NodeClient.Tokens tokens = login.tokens(household.user, null);
        String id = String.valueOf(tokens.sessionId());
        run.history.login(new History.Login(id, login.start(), login.end(), Residents.TTL));
        Household.Member member = new Household.Member(id, tokens, login.start());
        String key = "session:" + id;
        String value = String.valueOf(cli.text("GET", key));
        cli.command("COPY", key, "kept:" + id);
        Answer logout = run.fleet.client(node).logout(tokens);
        run.recorder.revocation(Exchange.Kind.LOGOUT, node, logout, List.of(member));
        long start = System.nanoTime();
        if (isRenamed) {
            cli.command("RENAME", "kept:" + id, key);
        } else {
            cli.command("SET", key, value, "EX", "3600");
        }
        run.history.putBack(id, start, System.nanoTime());
        run.traffic.ended(member, node);
    }
}
