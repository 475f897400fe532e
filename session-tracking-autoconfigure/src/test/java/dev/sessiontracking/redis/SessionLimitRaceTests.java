// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.TestLength;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Several nodes log one user in at the same moment, with both policies, with entries of ended sessions in the index, with
 * revocations in between. Many users are under way at the same time. {@code session.tracking.test.limit-rounds} sets their
 * number.
 */
@Tag("long")
@ParameterizedClass
@EnumSource(names = {"STANDALONE", "CLUSTER"})
class SessionLimitRaceTests extends SessionStoreFixture {

    private static final End EVICTED = new End(SessionEndReason.LIMIT, Duration.ofHours(1), Duration.ZERO);

    private static final int ROUNDS =
            Integer.getInteger("session.tracking.test.limit-rounds", TestLength.of(200, 10_000));

    private static final int AT_A_TIME = 20;

    private final Random random = new Random(42);

    private final AtomicInteger instants = new AtomicInteger();

    @Test
    void limitIsExactWhateverHappensAtTheSameTime() {
        instants.set(0);
        for (int batch = 0; batch < ROUNDS / AT_A_TIME; batch++) {
            List<Round> rounds = new ArrayList<>();
            for (int i = 0; i < AT_A_TIME; i++) {
                rounds.add(new Round("u" + batch + "-" + i));
            }
            rounds.forEach(Round::prepare);
            List<CompletableFuture<?>> logins =
                    rounds.stream().flatMap(round -> round.start().stream()).toList();
            answer(CompletableFuture.allOf(logins.toArray(CompletableFuture[]::new)));
            rounds.forEach(Round::verify);
        }
        assertThat(instants.get() > 0)
                .as("no command sees several masters at one moment")
                .isEqualTo(place == Place.STANDALONE);
    }

    private final class Round {

        private final String user;

        private final int most = 1 + random.nextInt(3);

        private final boolean rejecting = random.nextBoolean();

        private final boolean revokesMeanwhile = random.nextInt(4) == 0;

        private final boolean replaces = random.nextInt(8) == 0;

        private final List<String> before;

        private final List<String> logins;

        private final ConcurrentLinkedQueue<String> handedOut = new ConcurrentLinkedQueue<>();

        private final AtomicInteger admitted = new AtomicInteger();

        private int stale;

        Round(String user) {
            this.user = user;
            this.before = IntStream.range(0, random.nextInt(most + 1))
                    .mapToObj(i -> user + "-before" + i)
                    .toList();
            this.logins =
                    IntStream.range(0, 3).mapToObj(i -> user + "-login" + i).toList();
        }

        void prepare() {
            before.forEach(id -> create(id, user));
            handedOut.addAll(before);
            if (random.nextInt(4) == 0) {
                for (String id : before) {
                    raw("DEL", "session:" + id);
                    stale++;
                }
            }
        }

        List<CompletableFuture<?>> start() {
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < logins.size(); i++) {
                all.add(login(i % 2 == 0 ? store : otherNode, logins.get(i)));
            }
            if (revokesMeanwhile && !before.isEmpty()) {
                all.add(otherNode.revoke(before.get(0), user).toCompletableFuture());
            }
            return all;
        }

        private CompletableFuture<?> login(SessionStore node, String id) {
            String replaced = replaces && !before.isEmpty() ? before.get(0) : null;
            return node.create(session(id, user), TTL, new Limit(most, rejecting, replaced))
                    .thenCompose(login -> end(node, login, replaced).thenRun(() -> {
                        if (login.session() != null) {
                            admitted.incrementAndGet();
                            handedOut.add(id);
                        }
                        verifyInstant();
                    }))
                    .toCompletableFuture();
        }

        private CompletableFuture<Void> end(SessionStore node, Registration login, String replaced) {
            List<CompletableFuture<Boolean>> ended = new ArrayList<>();
            login.evicted()
                    .forEach(old -> ended.add(node.revoke(old, user, EVICTED).toCompletableFuture()));
            if (replaced != null && login.session() != null) {
                ended.add(node.revoke(replaced, user, EVICTED).toCompletableFuture());
            }
            return CompletableFuture.allOf(ended.toArray(CompletableFuture[]::new));
        }

        /** One command sees one moment: no more sessions live that somebody has received than there may. */
        private void verifyInstant() {
            if (place == Place.STANDALONE && !replaces) {
                List<String> keys =
                        handedOut.stream().map(id -> "session:" + id).toList();
                if (!keys.isEmpty()) {
                    List<String> words = new ArrayList<>(List.of("EXISTS"));
                    words.addAll(keys);
                    instants.incrementAndGet();
                    assertThat(number(words.toArray(String[]::new)))
                            .as("%s with %s of %d", user, keys, most)
                            .isLessThanOrEqualTo(most);
                }
            }
        }

        void verify() {
            List<String> live = new ArrayList<>(before);
            live.addAll(logins);
            live.removeIf(id -> !isThere("session:" + id));
            assertThat(index(user)).as("%s: live ones are listed", user).containsAll(live);
            assertThat(index(user)).as("%s: no marks stay", user).noneMatch(id -> id.startsWith(" "));
            int liveBefore = before.size() - stale;
            assertThat(live)
                    .as("%s of %d, rejecting: %s", user, most, rejecting)
                    .hasSizeLessThanOrEqualTo(most);
            if (revokesMeanwhile && !before.isEmpty()) {
                return;
            }
            if (replaces && liveBefore > 0) {
                liveBefore--;
            }
            int expected = rejecting ? Math.min(3, most - liveBefore) : 3;
            assertThat(admitted.get()).as("%s: admitted", user).isEqualTo(expected);
            assertThat(live).as("%s: live", user).hasSize(Math.min(most, liveBefore + expected));
        }
    }
}
