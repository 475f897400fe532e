// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.benchmarks.node.Node;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import java.util.function.Function;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A node, its server, sessions, and the answer that a check of any of them is expected to give. Like a node that has been
 * up for a while, it remembers a revocation.
 */
public abstract class CheckState {

    private final RedisProcess redis;

    private final Node node;

    final Result expected;

    final SessionService service;

    final SessionChecker checker;

    final TokenSession[] sessions;

    CheckState(Result expected, String... properties) {
        this(expected, redis -> Node.start(redis.url(), properties));
    }

    CheckState(Result expected, Function<RedisProcess, Node> start) {
        this.expected = expected;
        redis = RedisProcess.start();
        node = start.apply(redis);
        service = node.service();
        checker = node.checker();
        service.revokeSession(
                service.createSession("somebody-else", Sessions.METADATA).id());
        boolean live = expected == Result.LIVE_BY_CACHE || expected == Result.LIVE_BY_STORE;
        sessions = live ? Sessions.create(service) : Sessions.invent();
        for (TokenSession session : sessions) {
            node.awaitCheck(session, expected);
        }
    }

    /** Ends the node and its server. */
    @TearDown
    public void stop() {
        node.close();
        redis.close();
    }
}
