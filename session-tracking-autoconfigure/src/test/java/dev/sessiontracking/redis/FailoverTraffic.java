// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Checks on two nodes without a pause, and revocations of two kinds: those of a node that lives, and those of one that
 * nobody remembers, as if it had ended right after. What happened is judged afterwards.
 */
final class FailoverTraffic implements AutoCloseable {

    private static final int SESSIONS = 900;

    private static final Duration PAUSE_OF_CHECKS = Duration.ofMillis(1);

    private static final Duration PAUSE_OF_REVOCATIONS = Duration.ofMillis(25);

    /** An answer is no older than this when it is given, however it was found. */
    private static final Duration BOUND = Duration.ofMillis(600);

    private final List<TestNode> nodes;

    private final List<String> sessions = new ArrayList<>();

    private final AtomicInteger next = new AtomicInteger();

    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

    private final List<String> known = new ArrayList<>();

    private final Map<String, Boolean> forgotten = new ConcurrentHashMap<>();

    private final Queue<Check> accepted = new ConcurrentLinkedQueue<>();

    private final Queue<Check> unproven = new ConcurrentLinkedQueue<>();

    private final AtomicInteger checks = new AtomicInteger();

    private final AtomicInteger failedRevocations = new AtomicInteger();

    private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();

    private final List<Thread> threads = new ArrayList<>();

    private volatile boolean over;

    private record Check(int node, String session, long start, Result answer) {}

    /** @param nodes the first two check, and the first revokes; what the last revokes, nobody remembers */
    FailoverTraffic(List<TestNode> nodes) {
        this.nodes = nodes;
        for (int i = 0; i < SESSIONS; i++) {
            sessions.add(nodes.get(0).login("user" + i % 50).id());
        }
        for (int node = 0; node < 2; node++) {
            int asked = node;
            start(() -> check(asked));
        }
        start(this::revokeAndRemember);
        start(this::revokeAndForget);
    }

    private void start(Runnable work) {
        Thread thread = new Thread(
                () -> {
                    while (!over) {
                        try {
                            work.run();
                        } catch (Throwable failure) {
                            unexpected.add(failure);
                        }
                    }
                },
                "traffic-" + threads.size());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void check(int node) {
        Random random = new Random();
        while (!over) {
            String id = sessions.get(random.nextInt(Math.min(SESSIONS, next.get() + 60)));
            long start = System.nanoTime();
            Result answer = nodes.get(node).check(id);
            checks.incrementAndGet();
            if (answer == Result.UNVERIFIED) {
                unproven.add(new Check(node, id, start, answer));
            } else if (answer.status() == SessionStatus.LIVE) {
                accepted.add(new Check(node, id, start, answer));
            }
            LockSupport.parkNanos(PAUSE_OF_CHECKS.toNanos());
        }
    }

    private void revokeAndRemember() {
        TestNode node = nodes.get(0);
        int before = node.pendingRevocations();
        String id = nextSession();
        node.service.revokeSession(id);
        synchronized (known) {
            known.add(id);
        }
        if (node.pendingRevocations() > before) {
            failedRevocations.incrementAndGet();
        } else {
            acknowledged.put(id, System.nanoTime());
        }
        LockSupport.parkNanos(PAUSE_OF_REVOCATIONS.toNanos());
    }

    private void revokeAndForget() {
        String id = nextSession();
        try {
            nodes.get(2)
                    .bean(SessionStore.class)
                    .revoke(id, null)
                    .toCompletableFuture()
                    .get(5, TimeUnit.SECONDS);
            acknowledged.put(id, System.nanoTime());
            forgotten.put(id, true);
        } catch (Exception notAcknowledged) {
            failedRevocations.incrementAndGet();
        }
        LockSupport.parkNanos(PAUSE_OF_REVOCATIONS.toNanos());
    }

    private String nextSession() {
        return sessions.get(Math.min(SESSIONS - 1, next.getAndIncrement()));
    }

    boolean isProvenEverywhere(long since) {
        return unproven.stream().noneMatch(check -> check.start() > since);
    }

    List<String> known() {
        synchronized (known) {
            return List.copyOf(known);
        }
    }

    /** Sessions that were never revoked. */
    List<String> untouched() {
        return sessions.subList(Math.min(SESSIONS, next.get()), SESSIONS);
    }

    List<String> acknowledgedAndForgotten() {
        return List.copyOf(forgotten.keySet());
    }

    Queue<Throwable> unexpected() {
        return unexpected;
    }

    /**
     * Proven acceptances of sessions whose revocation had been acknowledged longer ago than the bound.
     *
     * @param lost revocations that a server acknowledged and lost
     */
    long lateAcceptances(List<String> lost) {
        return accepted.stream()
                .filter(check -> !lost.contains(check.session()))
                .filter(check -> {
                    Long acknowledgement = acknowledged.get(check.session());
                    return acknowledgement != null && check.start() - acknowledgement > BOUND.toNanos();
                })
                .count();
    }

    /** From the first check without proof to the last, on the node where that took longer. */
    Duration withoutProof() {
        long longest = 0;
        for (int node = 0; node < 2; node++) {
            int asked = node;
            long first = unproven.stream()
                    .filter(check -> check.node() == asked)
                    .mapToLong(Check::start)
                    .min()
                    .orElse(0);
            long last = unproven.stream()
                    .filter(check -> check.node() == asked)
                    .mapToLong(Check::start)
                    .max()
                    .orElse(0);
            longest = Math.max(longest, last - first);
        }
        return Duration.ofNanos(longest);
    }

    int checkCount() {
        return checks.get();
    }

    int unprovenCount() {
        return unproven.size();
    }

    int revocationCount() {
        return next.get();
    }

    int failedRevocationCount() {
        return failedRevocations.get();
    }

    @Override
    public void close() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join(5_000);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
