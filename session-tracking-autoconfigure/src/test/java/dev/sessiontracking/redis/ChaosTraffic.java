// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.chaos.History;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisErrorException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Threads that log in, revoke in every way, and check, on all nodes at the same time, and write down what they saw. */
final class ChaosTraffic implements AutoCloseable {

    private static final int LIVE_SESSIONS = 48;

    /** Long enough to be checked again when every bound is over. */
    private static final int ENDED_SESSIONS = 400;

    private static final int WRITERS = 2;

    private static final int READERS_OF_EACH_NODE = 2;

    private final List<TestNode> nodes;

    private final List<Duration> ttls;

    private final History history;

    private final RedisCli cli;

    private final Duration readerPause;

    private final AtomicReferenceArray<UserSession> live = new AtomicReferenceArray<>(LIVE_SESSIONS);

    private final AtomicReferenceArray<UserSession> ended = new AtomicReferenceArray<>(ENDED_SESSIONS);

    private final Queue<List<History.Check>> recorded = new ConcurrentLinkedQueue<>();

    private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();

    private final List<Thread> threads = new ArrayList<>();

    private volatile boolean over;

    /** @param ttls how long the sessions of each node live, the last for a short time */
    ChaosTraffic(
            List<TestNode> nodes, List<Duration> ttls, History history, RedisCli cli, Duration readerPause, long seed) {
        this.nodes = nodes;
        this.ttls = ttls;
        this.history = history;
        this.cli = cli;
        this.readerPause = readerPause;
        Random seeds = new Random(seed);
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            start("writer-" + i, seeds.nextLong(), random -> write(writer, random));
        }
        for (int i = 0; i < nodes.size() * READERS_OF_EACH_NODE; i++) {
            int node = i % nodes.size();
            start("reader-" + i, seeds.nextLong(), random -> read(node, random));
        }
    }

    private interface Work {
        void run(Random random);
    }

    private void start(String name, long seed, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run(new Random(seed));
                    } catch (Throwable failure) {
                        unexpected.add(failure);
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void write(int writer, Random random) {
        int position = 0;
        while (!over) {
            int slot = random.nextInt(LIVE_SESSIONS / WRITERS) * WRITERS + writer;
            UserSession session = live.get(slot);
            if (session == null) {
                live.set(slot, login(random));
            } else {
                live.set(slot, null);
                ended.set((position++ * WRITERS + writer) % ENDED_SESSIONS, session);
                end(session, random);
            }
            LockSupport.parkNanos(Duration.ofMillis(2 + random.nextInt(6)).toNanos());
        }
    }

    private @Nullable UserSession login(Random random) {
        int node = random.nextInt(nodes.size());
        long start = System.nanoTime();
        try {
            UserSession session =
                    nodes.get(node).service.createSession("user-" + random.nextLong(), SessionMetadata.none());
            history.login(new History.Login(session.id(), start, System.nanoTime(), ttls.get(node)));
            return session;
        } catch (SessionStoreUnavailableException outage) {
            return null;
        }
    }

    private void end(UserSession session, Random random) {
        // Not the last: with its short time to live it forgets what it revoked before the others' sessions are over.
        int node = random.nextInt(nodes.size() - 1);
        switch (random.nextInt(5)) {
            case 0, 1 -> revoke(node, session, () -> nodes.get(node).service.revokeSession(session.id()));
            case 2 ->
                revoke(
                        node,
                        session,
                        () -> nodes.get(node)
                                        .service
                                        .revokeAllUserSessions(session.userId())
                                        .count()
                                > 0);
            case 3 -> delete(session);
            default -> {
                // Left to its expiry, or to the next flush.
            }
        }
    }

    private void revoke(int node, UserSession session, BooleanSupplier revocation) {
        long start = System.nanoTime();
        try {
            boolean wasLive = revocation.getAsBoolean();
            // What was over already, no node needs to remember.
            history.revoked(wasLive ? node : History.BY_HAND, session.id(), start, System.nanoTime());
        } catch (SessionStoreUnavailableException kept) {
            history.revocationKept(node, session.id(), start, System.nanoTime());
        }
    }

    private void delete(UserSession session) {
        long start = System.nanoTime();
        try {
            cli.command("DEL", "session:" + session.id());
            history.revoked(History.BY_HAND, session.id(), start, System.nanoTime());
        } catch (UncheckedIOException | RedisErrorException noAnswer) {
            history.perhapsRevoked(session.id(), start);
        }
    }

    private void read(int node, Random random) {
        List<History.Check> checks = new ArrayList<>();
        TestNode asked = nodes.get(node);
        while (!over) {
            UserSession session = anySession(random);
            if (session != null) {
                TokenSession token = new TokenSession(session.id(), session.userId(), null);
                long start = System.nanoTime();
                Result answer = asked.checker.check(token);
                checks.add(new History.Check(node, session.id(), start, System.nanoTime(), answer));
            }
            LockSupport.parkNanos(readerPause.toNanos());
        }
        recorded.add(checks);
    }

    private @Nullable UserSession anySession(Random random) {
        return random.nextBoolean()
                ? ended.get(random.nextInt(ENDED_SESSIONS))
                : live.get(random.nextInt(LIVE_SESSIONS));
    }

    /** All checks, once the traffic has stopped. */
    Collection<History.Check> checks() {
        List<History.Check> all = new ArrayList<>();
        recorded.forEach(all::addAll);
        return all;
    }

    /** What no thread should have met. */
    Collection<Throwable> unexpected() {
        return unexpected;
    }

    @Override
    public void close() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join(TestNode.PATIENCE.toMillis());
                if (thread.isAlive()) {
                    IllegalStateException hangs = new IllegalStateException(thread.getName() + " hangs");
                    hangs.setStackTrace(thread.getStackTrace());
                    unexpected.add(hangs);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
