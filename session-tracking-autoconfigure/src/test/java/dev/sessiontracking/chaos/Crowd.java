// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.chaos.NodeClient.Answer;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisErrorException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** One user who logs in all the time, on any node. Never more sessions live than the limit allows. For one thread. */
final class Crowd {

    private final Fleet fleet;

    private final History history;

    private final Recorder recorder;

    private final Coverage coverage;

    private final RedisCli cli;

    private final Deque<Login> logins = new ArrayDeque<>();

    private record Login(String key, long start, long acknowledged) {}

    Crowd(Fleet fleet, History history, Recorder recorder, Coverage coverage) {
        this.fleet = fleet;
        this.history = history;
        this.recorder = recorder;
        this.coverage = coverage;
        this.cli = fleet.cli();
    }

    void act(Random random) {
        boolean isCalm = coverage.isCalm();
        int node = random.nextInt(fleet.size());
        Answer answer = fleet.client(node).login("crowd");
        recorder.request(Exchange.Kind.LOGIN, node, answer);
        if (!answer.isSuccess() || answer.lines().size() < 3) {
            return;
        }
        logins.add(new Login("session:" + answer.lines().get(2), answer.start(), answer.end()));
        if (logins.size() > 3 * Fleet.LIMIT) {
            logins.remove();
        }
        // What the server did not confirm may live until it has: the next login that is confirmed has ended it.
        if (isCalm && !answer.pending() && logins.size() > Fleet.LIMIT) {
            compare(answer);
        }
    }

    /** A login of the calm repairs what faults have left. One command sees one moment. */
    private void compare(Answer answer) {
        List<String> words = new ArrayList<>(List.of("EXISTS"));
        logins.stream()
                .filter(login -> !history.losses.mayBeUnlisted(login.start(), login.acknowledged()))
                .forEach(login -> words.add(login.key()));
        long live;
        try {
            live = cli.number(words.toArray(String[]::new));
        } catch (UncheckedIOException | RedisErrorException faulty) {
            return;
        }
        if (coverage.isCalm()) {
            coverage.limited(answer.start());
            if (live > Fleet.LIMIT) {
                recorder.unexpected(live + " sessions of a user who may have " + Fleet.LIMIT);
            }
        }
    }
}
