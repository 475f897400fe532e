// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.chaos.NodeClient.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A client of {@code SessionTokens}, and a thief with copies of its refresh tokens. For one thread. */
final class Rotations {

    /** How a refresh token is presented. */
    enum Way {
        ROTATION,
        RACE,
        LOST_REPLY,
        REUSE,
        AFTER_THE_END
    }

    /** {@code refresh.reuse-interval} is ten seconds. Somewhat less, because the server's clock began earlier. */
    private static final long REUSE_INTERVAL = Duration.ofSeconds(9).toNanos();

    private static final int REMEMBERED = 30;

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Fleet fleet;

    private final History history;

    private final Recorder recorder;

    private final Coverage coverage;

    private final FleetTraffic traffic;

    private final Queue<Fork> forks;

    private final List<Login> ended = new ArrayList<>();

    private @Nullable Login login;

    /**
     * A token was accepted although a later one of its session had been.
     *
     * @param laterAccepted when the later one was, at the latest
     */
    record Fork(String session, int node, long laterAccepted, Answer answer) {

        /** Whether the server may have lost the later one. */
        boolean isExcused(History history) {
            return history.losses.mayHaveLost(laterAccepted, answer.end());
        }
    }

    /** One session and all of its refresh tokens. */
    private static final class Login {

        private final String user;

        private final String id;

        private final long began;

        private final NavigableMap<Long, String> tokens = new TreeMap<>();

        private String access;

        /** The latest generation that the server has seen, and when that was certain. */
        private long accepted = -1;

        private long acceptedAt = History.NEVER;

        /** Since when nobody knows whether the server has rotated the newest token. */
        private long uncertainSince = History.NEVER;

        Login(String user, Answer answer) {
            this.user = user;
            this.id = answer.lines().get(2);
            this.began = answer.start();
            this.access = answer.lines().get(0);
            tokens.put(0L, answer.lines().get(1));
        }

        Household.Member member() {
            return new Household.Member(
                    id, new NodeClient.Tokens(user, access, tokens.lastEntry().getValue(), id), began);
        }
    }

    /** @param forks where forks are reported */
    Rotations(
            Fleet fleet,
            History history,
            Recorder recorder,
            Coverage coverage,
            FleetTraffic traffic,
            Queue<Fork> forks) {
        this.fleet = fleet;
        this.history = history;
        this.recorder = recorder;
        this.coverage = coverage;
        this.traffic = traffic;
        this.forks = forks;
    }

    void act(Random random) {
        int node = random.nextInt(fleet.size());
        Login current = login;
        if (current == null) {
            begin(node);
            return;
        }
        long newest = current.tokens.lastKey();
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> race(current, newest);
            case 3 -> {
                // The client does not see the answer, and presents the token again.
                coverage.rotated(Way.LOST_REPLY, System.nanoTime());
                String token = current.tokens.get(newest);
                present(current, newest, node);
                current.tokens.put(newest, token);
                current.tokens.tailMap(newest, false).clear();
                current.uncertainSince = Math.min(current.uncertainSince, System.nanoTime());
            }
            case 4 -> reuse(current, node, random);
            case 5 -> logOut(current, node);
            case 6, 7 -> presentEnded(node, random);
            default -> {
                coverage.rotated(Way.ROTATION, System.nanoTime());
                present(current, newest, node);
            }
        }
    }

    private void begin(int node) {
        String user = "rotating-" + COUNT.incrementAndGet();
        Answer answer = fleet.client(node).grant(user);
        recorder.request(Exchange.Kind.LOGIN, node, answer);
        if (answer.isSuccess() && !answer.lines().get(2).isEmpty()) {
            login = new Login(user, answer);
            history.login(new History.Login(login.id, answer.start(), answer.end(), Residents.TTL));
        }
    }

    private void present(Login current, long generation, int node) {
        excuse(current);
        answered(current, generation, node, fleet.client(node).rotate(current.tokens.get(generation)));
    }

    /** A reply was lost, and the interval in which the client may repeat its request is over. */
    private void excuse(Login current) {
        long now = System.nanoTime();
        if (current.uncertainSince != History.NEVER && now - current.uncertainSince > REUSE_INTERVAL) {
            history.perhapsRevoked(current.id, now);
        }
    }

    private void answered(Login current, long generation, int node, Answer answer) {
        recorder.rotation(node, answer, current.id);
        if (answer.isSuccess()) {
            if (answer.generation() != generation + 1) {
                recorder.unexpected("Generation " + generation + " became " + answer.generation());
            }
            current.access = answer.lines().get(0);
            current.tokens.put(generation + 1, answer.lines().get(1));
            current.uncertainSince = History.NEVER;
            if (answer.isProvenRefresh() && generation > current.accepted) {
                current.accepted = generation;
                current.acceptedAt = answer.end();
            }
        } else if (answer.status() == 401) {
            over(current, History.BY_HAND);
        } else {
            current.uncertainSince = Math.min(current.uncertainSince, answer.start());
        }
    }

    /** All nodes get the same token at once: there is one successor, and nobody is logged out. */
    private void race(Login current, long generation) {
        coverage.rotated(Way.RACE, System.nanoTime());
        excuse(current);
        String token = current.tokens.get(generation);
        List<CompletableFuture<Answer>> answers = IntStream.range(0, fleet.size())
                .mapToObj(node ->
                        CompletableFuture.supplyAsync(() -> fleet.client(node).rotate(token), traffic.clients()))
                .toList();
        for (int node = 0; node < answers.size(); node++) {
            answered(current, generation, node, answers.get(node).join());
        }
    }

    /** Two parties have a copy: the session ends for both. */
    private void reuse(Login current, int node, Random random) {
        long generation = current.accepted - 1 - random.nextInt(3);
        String token = current.tokens.get(generation);
        if (token == null) {
            return;
        }
        coverage.rotated(Way.REUSE, System.nanoTime());
        Answer answer = fleet.client(node).rotate(token);
        recorder.rotation(node, answer, current.id);
        if (answer.isProvenRefresh()) {
            forks.add(new Fork(current.id, node, current.acceptedAt, answer));
        }
        if (answer.isSuccess()) {
            return;
        }
        if (answer.pending()) {
            history.revocationKept(answer.node(), current.id, answer.start(), answer.end());
        } else if (answer.revoked().contains(current.id)) {
            history.revoked(answer.node(), current.id, answer.start(), answer.end());
        } else {
            history.perhapsRevoked(current.id, answer.start());
        }
        over(current, node);
    }

    private void logOut(Login current, int node) {
        Answer answer = fleet.client(node).logout(current.tokens.lastEntry().getValue());
        if (recorder.revocation(Exchange.Kind.LOGOUT, node, answer, List.of(current.member()))) {
            over(current, node);
        }
    }

    /** @param node the one that ended it, or {@link History#BY_HAND} */
    private void over(Login current, int node) {
        if (login == null) {
            return;
        }
        login = null;
        traffic.ended(current.member(), node);
        ended.add(current);
        if (ended.size() > REMEMBERED) {
            ended.remove(0);
        }
    }

    private void presentEnded(int node, Random random) {
        if (!ended.isEmpty()) {
            Login past = ended.get(random.nextInt(ended.size()));
            coverage.rotated(Way.AFTER_THE_END, System.nanoTime());
            recorder.rotation(
                    node, fleet.client(node).rotate(past.tokens.lastEntry().getValue()), past.id);
        }
    }

    /** Those that nothing excuses. */
    static List<Fork> judge(Collection<Fork> forks, History history) {
        return forks.stream().filter(fork -> !fork.isExcused(history)).toList();
    }
}
