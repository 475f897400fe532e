// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.chaos.NodeClient.Answer;
import dev.sessiontracking.chaos.NodeClient.Tokens;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisErrorException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A malicious user with thousands of sessions, who lists them in a loop and revokes them now and then. For one thread. */
final class Hoarder {

    static final int SESSIONS = 3_000;

    private static final AtomicInteger COUNT = new AtomicInteger();

    /** Another one after each revocation: a login of a user with so many would end most of them. */
    private String user = "";

    private final Fleet fleet;

    private final AtomicInteger lists;

    private final RedisCli cli;

    private @Nullable Tokens tokens;

    /** @param lists counts those that were answered */
    Hoarder(Fleet fleet, AtomicInteger lists) {
        this.fleet = fleet;
        this.lists = lists;
        this.cli = fleet.cli();
    }

    void act(Random random) {
        NodeClient client = fleet.client(random.nextInt(fleet.size()));
        Tokens caller = tokens;
        if (caller == null) {
            user = "hoarder-" + COUNT.incrementAndGet();
            Answer login = client.login(user);
            if (login.isSuccess()) {
                fill();
                tokens = login.tokens(user, null);
            }
            return;
        }
        boolean revokes = random.nextInt(30) == 0;
        Answer answer = revokes ? client.revokeAll(caller) : client.list(caller);
        if (revokes || answer.status() == 401) {
            tokens = null;
        } else if (answer.isSuccess()) {
            lists.incrementAndGet();
        }
    }

    private void fill() {
        Instant now = Instant.now();
        Instant end = now.plus(Residents.TTL);
        List<String> values = new ArrayList<>(List.of("MSET"));
        List<String> entries = new ArrayList<>(List.of("ZADD", "user_sessions:" + user));
        for (int i = 0; i < SESSIONS; i++) {
            String id = user + "-" + i;
            values.add("session:" + id);
            values.add("{\"userId\":\"" + user + "\",\"createdAt\":\"" + now + "\",\"expiresAt\":\"" + end + "\"}");
            entries.add(String.valueOf(end.toEpochMilli()));
            entries.add(id);
        }
        try {
            cli.command(values.toArray(String[]::new));
            cli.command(entries.toArray(String[]::new));
        } catch (UncheckedIOException | RedisErrorException noAnswer) {
            // The next login tries again.
        }
    }
}
