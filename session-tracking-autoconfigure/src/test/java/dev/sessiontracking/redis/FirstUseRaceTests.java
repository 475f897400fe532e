// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ProviderTokens.secondsAgo;
import static dev.sessiontracking.testkit.ProviderTokens.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.TestLength;
import dev.sessiontracking.testkit.Topologies;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * First use against revocation, on a node with a near cache and on nodes that ask the store each time. No check that begins
 * after the revocation was acknowledged accepts the token: on the node that has revoked, and on those that ask. At the end,
 * no node accepts it, nor one that was refreshed. Each thread asks on a node of its own, because lookups of one session
 * within 100 ms share a command.
 */
@Tag("long")
class FirstUseRaceTests {

    private static final int ROUNDS =
            Integer.getInteger("session.tracking.test.first-use-rounds", TestLength.of(300, 10_000));

    private static final int IN_FLIGHT = 12;

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    private final AtomicInteger checks = new AtomicInteger();

    private final AtomicInteger acceptedBefore = new AtomicInteger();

    private final AtomicInteger acceptedAfter = new AtomicInteger();

    private final AtomicInteger acceptedAtTheEnd = new AtomicInteger();

    @Test
    void noTokenIsAcceptedAfterItsRevocationOnOneServer() throws Exception {
        race(redis.url(), "one");
    }

    @Test
    void noTokenIsAcceptedAfterItsRevocationOnThreeMasters() throws Exception {
        race(Topologies.cluster().url(), "three");
    }

    private void race(String url, String name) throws Exception {
        long began = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(IN_FLIGHT * 4);
        try (TestNode cached = TestNode.withProvider(url, "session.tracking.command-timeout=5s");
                TestNode first = asking(url);
                TestNode second = asking(url);
                TestNode third = asking(url)) {
            List<TestNode> asking = List.of(first, second, third);
            cached.login("warm");
            asking.forEach(node -> node.login("warm"));
            List<Future<?>> runners = new ArrayList<>();
            AtomicInteger next = new AtomicInteger();
            for (int i = 0; i < IN_FLIGHT; i++) {
                runners.add(threads.submit(() -> {
                    for (int round = next.getAndIncrement(); round < ROUNDS; round = next.getAndIncrement()) {
                        round(threads, cached, asking, name + "-" + round, round);
                    }
                    return null;
                }));
            }
            for (Future<?> runner : runners) {
                runner.get(1, TimeUnit.HOURS);
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.printf(
                "First use against revocation, %s: %,d rounds, %,d checks, %,d accepted before, %d after, %d at the end,"
                        + " %d s%n",
                name,
                ROUNDS,
                checks.get(),
                acceptedBefore.get(),
                acceptedAfter.get(),
                acceptedAtTheEnd.get(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
        assertThat(faults).isEmpty();
        assertThat(acceptedAfter).hasValue(0);
        assertThat(acceptedAtTheEnd).hasValue(0);
        assertThat(acceptedBefore).hasValueGreaterThan(ROUNDS / 20);
        assertThat(checks).hasValueGreaterThan(ROUNDS * 3);
    }

    private static TestNode asking(String url) {
        return TestNode.withProvider(
                url, "session.tracking.command-timeout=5s", "session.tracking.near-cache.enabled=false");
    }

    private void round(ExecutorService threads, TestNode cached, List<TestNode> asking, String id, int round)
            throws Exception {
        // A token without the time of authentication is possible, too, but is rejected by any not-before marker.
        Instant authenticatedAt = round % 4 == 3 ? null : secondsAgo(30);
        TokenSession token = token(id, "user-" + id, authenticatedAt);
        boolean userWide = round % 2 == 1;
        boolean isReported = round % 5 > 2;
        TestNode revoker = round % 3 == 0 ? cached : asking.get(2);
        Acknowledgement acknowledgement = new Acknowledgement(
                revoker, (userWide ? "user-wide" : "one") + (revoker == cached ? " cached" : " asking"));
        CyclicBarrier start = new CyclicBarrier(3);
        List<Future<?>> all = List.of(
                threads.submit(started(start, 1_000_000, () -> {
                    check(revoker, token, acknowledgement);
                    return check(asking.get(0), token, acknowledgement);
                })),
                threads.submit(started(start, 1_000_000, () -> {
                    check(asking.get(1), token, acknowledgement);
                    return check(revoker, token(id, "user-" + id, authenticatedAt), acknowledgement);
                })),
                // As long as a first use takes.
                threads.submit(started(start, 6_000_000, () -> {
                    revoke(revoker, id, userWide, isReported);
                    acknowledgement.isGiven = true;
                    check(asking.get(2), token, acknowledgement);
                    return check(revoker, token(id, "user-" + id, authenticatedAt), acknowledgement);
                })));
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        for (TestNode node : List.of(revoker, asking.get(0), asking.get(1))) {
            if (node.checker.check(token(id, "user-" + id, authenticatedAt)).status() != SessionStatus.ENDED) {
                acceptedAtTheEnd.incrementAndGet();
            }
        }
    }

    /** @param isReported whether the identity provider reports the end, with a time of its own clock */
    private static void revoke(TestNode revoker, String id, boolean userWide, boolean isReported) {
        if (isReported) {
            SessionTracking tracking = revoker.bean(SessionTracking.class);
            if (userWide) {
                tracking.revokeSessions("user-" + id, Instant.now(), SessionEndReason.IDENTITY_PROVIDER);
            } else {
                tracking.revokeSession(id, Instant.now(), SessionEndReason.IDENTITY_PROVIDER);
            }
        } else if (userWide) {
            revoker.service.revokeAllUserSessions("user-" + id);
        } else {
            revoker.service.revokeSession(id);
        }
    }

    private static Callable<?> started(CyclicBarrier start, int mostNanos, Callable<?> action) {
        return () -> {
            start.await(60, TimeUnit.SECONDS);
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(mostNanos));
            return action.call();
        };
    }

    private @org.jspecify.annotations.Nullable Void check(
            TestNode node, TokenSession token, Acknowledgement acknowledgement) {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(300_000));
        boolean isAfter = acknowledgement.isGiven;
        checks.incrementAndGet();
        if (node.checker.check(token).status() != SessionStatus.ENDED) {
            (isAfter ? acceptedAfter : acceptedBefore).incrementAndGet();
            if (isAfter) {
                faults.add(acknowledgement + " " + (node == acknowledgement.revoker ? "on the revoker" : "elsewhere"));
            }
        }
        return null;
    }

    private static final class Acknowledgement {

        private final TestNode revoker;

        private final String kind;

        private volatile boolean isGiven;

        private Acknowledgement(TestNode revoker, String kind) {
            this.revoker = revoker;
            this.kind = kind;
        }

        @Override
        public String toString() {
            return kind;
        }
    }
}
