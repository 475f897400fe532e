// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.chaos.NodeClient.Answer;
import dev.sessiontracking.chaos.NodeClient.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Users of all nodes at the same time: each logs in here and there, is checked, refreshes, and is revoked somewhere. */
final class FleetTraffic implements AutoCloseable {

    private static final int WRITERS = 4;

    private static final int HOARDERS = 2;

    private static final int ROTATIONS = 2;

    /** Long enough to be asked for again when every bound is over. */
    private static final int ENDED = 240;

    private static final int LIVE = 64;

    private final Fleet fleet;

    private final Recorder recorder;

    private final Coverage coverage;

    private final AtomicReferenceArray<Household.Member> live = new AtomicReferenceArray<>(LIVE);

    private final AtomicReferenceArray<Over> ended = new AtomicReferenceArray<>(ENDED);

    private final AtomicInteger endedCount = new AtomicInteger();

    private final List<Thread> threads = new ArrayList<>();

    private final Queue<Rotations.Fork> forks = new ConcurrentLinkedQueue<>();

    /** Sends what is to arrive at the same time. */
    private final ExecutorService clients = Executors.newCachedThreadPool();

    private volatile boolean over;

    /** How often a malicious user has listed thousands of sessions. */
    private final AtomicInteger lists = new AtomicInteger();

    private volatile long hurryUntil = System.nanoTime();

    /** A session whose life is over, or may be, and the node that was told so, or {@link History#BY_HAND}. */
    record Over(Household.Member member, int node) {}

    private interface Work {
        void run(Random random);
    }

    FleetTraffic(Fleet fleet, History history, Recorder recorder, Coverage coverage, long seed) {
        this.fleet = fleet;
        this.recorder = recorder;
        this.coverage = coverage;
        Random seeds = new Random(seed);
        for (int i = 0; i < WRITERS; i++) {
            Residents residents = new Residents(fleet, history, recorder, coverage, this, i, LIVE / WRITERS);
            start("residents-" + i, seeds.nextLong(), 8, residents::act);
        }
        for (int i = 0; i < HOARDERS; i++) {
            start("hoarder-" + i, seeds.nextLong(), 20, new Hoarder(fleet, lists)::act);
        }
        for (int i = 0; i < ROTATIONS; i++) {
            start(
                    "rotations-" + i,
                    seeds.nextLong(),
                    10,
                    new Rotations(fleet, history, recorder, coverage, this, forks)::act);
        }
        start("crowd", seeds.nextLong(), 20, new Crowd(fleet, history, recorder, coverage)::act);
        for (int i = 0; i < fleet.size(); i++) {
            int node = i;
            start("checks-" + i, seeds.nextLong(), 5, random -> check(node, random));
            start("refreshes-" + i, seeds.nextLong(), 30, random -> refresh(node, random));
        }
    }

    private void start(String name, long seed, int pauseMillis, Work work) {
        Thread thread = new Thread(
                () -> {
                    Random random = new Random(seed);
                    while (!over) {
                        try {
                            work.run(random);
                        } catch (RuntimeException | Error failure) {
                            recorder.unexpected(name + ": " + failure);
                        }
                        boolean hurries = System.nanoTime() - hurryUntil < 0;
                        int pause = hurries ? 1 : 1 + random.nextInt(2 * pauseMillis);
                        LockSupport.parkNanos(Duration.ofMillis(pause).toNanos());
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Everybody is in a hurry for a moment: what races with a recovery is there then. */
    void hurry() {
        hurryUntil = System.nanoTime() + Duration.ofMillis(300).toNanos();
    }

    int lists() {
        return lists.get();
    }

    ExecutorService clients() {
        return clients;
    }

    Queue<Rotations.Fork> forks() {
        return forks;
    }

    void show(int slot, Household.@Nullable Member member) {
        live.set(slot, member);
    }

    /** Asks for a session from now on that must not be accepted any more. */
    void ended(Household.Member member, int node) {
        ended.set(Math.floorMod(endedCount.getAndIncrement(), ENDED), new Over(member, node));
    }

    /** Some of these logins, those that ended last. */
    List<Over> ended(Collection<String> ids, int most) {
        return IntStream.range(0, ENDED)
                .mapToObj(back -> ended.get(Math.floorMod(endedCount.get() - 1 - back, ENDED)))
                .filter(over -> over != null && ids.contains(over.member().id()))
                .limit(most)
                .toList();
    }

    private void check(int node, Random random) {
        Over past = random.nextBoolean() ? anyEnded(random) : null;
        Household.Member member = past != null ? past.member() : live.get(random.nextInt(LIVE));
        if (member != null) {
            Tokens tokens = member.tokens();
            Answer answer = fleet.client(node).me(tokens);
            recorder.me(node, answer, member.id());
            if (past != null && !member.isTracked()) {
                coverage.checkedRevokedLogin(answer.start());
            }
        }
    }

    private void refresh(int node, Random random) {
        Over past = random.nextInt(3) > 0 ? anyEnded(random) : null;
        Household.Member member = past != null ? past.member() : live.get(random.nextInt(LIVE));
        if (member != null && (member.isTracked() || past != null)) {
            Answer answer = fleet.client(node).refresh(member.tokens());
            recorder.refresh(node, answer, member.id());
            if (past != null) {
                coverage.refreshed(past.node() == node, answer.start());
            }
        }
    }

    private @Nullable Over anyEnded(Random random) {
        // Mostly what ended just now: that is what races.
        int count = endedCount.get();
        int back = random.nextBoolean() ? random.nextInt(20) : random.nextInt(ENDED);
        return ended.get(Math.floorMod(count - 1 - back, ENDED));
    }

    @Override
    public void close() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join(2 * NodeClient.TIMEOUT.toMillis());
                if (thread.isAlive()) {
                    recorder.unexpected(thread.getName() + " hangs");
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        clients.shutdown();
    }
}
