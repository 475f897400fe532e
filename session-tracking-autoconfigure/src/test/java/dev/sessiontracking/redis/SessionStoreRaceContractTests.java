// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.Race.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.redis.format.SessionJson;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Refreshed.Result;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.TestLength;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two nodes doing to the same user what must not go wrong in any order. After every round: no session without its index
 * entry, and nothing live that was revoked.
 */
@Tag("long")
@ParameterizedClass
@EnumSource(names = {"STANDALONE", "STANDALONE_SETS", "SENTINEL", "CLUSTER"})
class SessionStoreRaceContractTests extends SessionStoreFixture {

    private static final int ROUNDS = TestLength.of(12, 100);

    private static final int ROTATIONS = TestLength.of(40, 4_000);

    private static final int LOGINS = 6;

    @Test
    void pipelinedLoginDuringRepeatedRevokeAllIsRevokedOrCanBe() {
        for (int round = 0; round < ROUNDS / 2; round++) {
            String user = "user" + round;
            List<String> logins = ids("new" + round, 20);
            List<Callable<List<String>>> actions = List.of(
                    () -> logins.stream().map(id -> store.create(session(id, user), TTL)).toList().stream()
                            .filter(created -> answer(created).isPresent())
                            .map(created -> "")
                            .toList(),
                    () -> revokedAgainAndAgain(otherNode, user),
                    () -> revokedAgainAndAgain(store, user));
            List<List<String>> results = together(actions);

            assertThat(results.get(0)).hasSize(logins.size());
            assertThat(live(results.get(1))).isEmpty();
            assertThat(live(results.get(2))).isEmpty();
            assertThat(Stream.concat(results.get(1).stream(), results.get(2).stream()))
                    .doesNotHaveDuplicates();
            assertThat(live(logins)).allMatch(index(user)::contains);

            answer(store.revokeAll(user, null, null, id -> {}));
            assertThat(live(logins)).isEmpty();
        }
    }

    /** One token, presented to four nodes at once; in every fourth round the session is revoked meanwhile. */
    @Test
    void rotationHasOneWinnerAndNoForkAndNeverBringsARevokedSessionBack() {
        Refresh first = new Refresh(null, TTL, Duration.ofDays(30), METADATA, 0L, Duration.ofSeconds(60));
        for (int round = 0; round < ROTATIONS; round++) {
            String id = "session" + round;
            create(id, "alice");
            boolean isRevoked = round % 4 == 0;
            List<Callable<Refreshed>> actions = new ArrayList<>();
            for (SessionStore node : List.of(store, otherNode, store, otherNode)) {
                actions.add(() -> answer(node.refresh(id, first)));
            }
            if (isRevoked) {
                actions.add(() -> answer(otherNode.revoke(id, "alice")) ? Refreshed.ENDED : null);
            }
            List<Refreshed> results = together(actions);

            List<Refreshed> presented = results.subList(0, 4);
            assertThat(presented).extracting(Refreshed::result).doesNotContain(Result.REUSED);
            assertThat(presented.stream().filter(one -> one.result() == Result.RENEWED))
                    .hasSizeBetween(isRevoked ? 0 : 1, 1);
            assertThat(presented.stream()
                            .filter(one -> one.result() != Result.ENDED)
                            .map(Refreshed::generation))
                    .allMatch(generation -> generation == 1);
            if (isRevoked) {
                assertThat(results.get(4)).isEqualTo(Refreshed.ENDED);
                assertThat(isThere("session:" + id)).isFalse();
                assertThat(answer(store.refresh(id, first)).result()).isEqualTo(Result.ENDED);
            } else {
                assertThat(presented).extracting(Refreshed::result).doesNotContain(Result.ENDED);
                assertThat(SessionJson.rotation(value("session:" + id)).generation())
                        .isEqualTo(1);
                assertThat(index("alice")).contains(id);
            }
        }
    }

    @Test
    void renewalNeverBringsASessionBackThatWasRevokedWithAllOthers() {
        for (int round = 0; round < ROUNDS; round++) {
            String user = "user" + round;
            List<String> sessions = ids("session" + round, 3);
            sessions.forEach(id -> create(id, user));
            List<Callable<List<String>>> actions = new ArrayList<>();
            sessions.forEach(id -> actions.add(() -> List.of(String.valueOf(answer(store.renew(id, TTL))))));
            actions.add(() -> answer(otherNode.revokeAll(user, null, null, id -> {})));
            List<List<String>> results = together(actions);
            assertThat(results.get(3)).containsExactlyInAnyOrderElementsOf(sessions);
            assertThat(live(sessions)).isEmpty();
        }
    }

    @Test
    void concurrentRenewalsAllSucceedAndKeepTheSessionListed() {
        for (int round = 0; round < ROUNDS; round++) {
            String id = "session" + round;
            create(id, "alice");
            assertThat(together(List.of(
                            () -> answer(store.renew(id, TTL)),
                            () -> answer(store.renew(id, TTL)),
                            () -> answer(otherNode.renew(id, TTL)),
                            () -> answer(otherNode.renew(id, TTL)))))
                    .containsOnly(true);
            assertThat(isThere("session:" + id)).isTrue();
            assertThat(index("alice")).contains(id);
        }
    }

    @Test
    void revokeOthersKeepsTheCurrentSessionAndLosesNoLogin() {
        for (int round = 0; round < ROUNDS; round++) {
            String user = "user" + round;
            String current = "current" + round;
            String other = "other" + round;
            create(current, user);
            create(other, user);
            List<String> logins = ids("new" + round, LOGINS);
            List<Callable<List<String>>> actions = new ArrayList<>();
            logins.forEach(id -> actions.add(() -> created(store, id, user)));
            actions.add(() -> answer(otherNode.revokeAll(user, null, current, id -> {})));
            List<String> revoked = together(actions).get(LOGINS);

            assertThat(revoked).contains(other).doesNotContain(current);
            assertThat(live(revoked)).isEmpty();
            assertThat(isThere("session:" + current)).isTrue();
            assertThat(index(user)).contains(current);
            assertThat(live(logins)).allMatch(index(user)::contains);
        }
    }

    @Test
    void sameIdOfTheSameUserIsCreatedOnce() {
        for (int round = 0; round < ROUNDS; round++) {
            String id = "session" + round;
            String user = "user" + round;
            List<Boolean> created = together(List.of(
                    () -> answer(store.create(session(id, user), TTL)).isPresent(),
                    () -> answer(otherNode.create(session(id, user), TTL)).isPresent()));
            assertThat(created).containsExactlyInAnyOrder(true, false);
            assertThat(isThere("session:" + id)).isTrue();
            assertThat(index(user)).containsExactly(id);
        }
    }

    @Test
    void everythingAtOnceLeavesNoSessionThatCannotBeRevoked() {
        for (int round = 0; round < TestLength.of(1, 3); round++) {
            everythingAtOnce("alice" + round);
        }
    }

    private void everythingAtOnce(String user) {
        List<String> logins = ids(user, 300);
        List<Callable<List<String>>> actions = new ArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
            SessionStore node = thread % 2 == 0 ? store : otherNode;
            List<String> own = logins.subList(thread * 100, thread * 100 + 100);
            actions.add(() -> {
                for (String id : own) {
                    answer(node.create(session(id, user), TTL));
                    answer(node.renew(id, TTL));
                    if (ThreadLocalRandom.current().nextInt(4) == 0) {
                        answer(node.revoke(id, null));
                    }
                }
                return List.of();
            });
        }
        actions.add(() -> revokedAgainAndAgain(store, user));
        actions.add(() -> revokedAgainAndAgain(otherNode, user));
        List<List<String>> results = together(actions);

        assertThat(live(results.get(3))).isEmpty();
        assertThat(live(results.get(4))).isEmpty();
        assertThat(live(logins)).allMatch(index(user)::contains);
        answer(store.revokeAll(user, null, null, id -> {}));
        assertThat(live(logins)).isEmpty();
    }

    private List<String> revokedAgainAndAgain(SessionStore node, String user) {
        List<String> revoked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            revoked.addAll(answer(node.revokeAll(user, null, null, id -> {})));
        }
        return revoked;
    }

    private List<String> created(SessionStore node, String id, String user) {
        return answer(node.create(session(id, user), TTL)).isPresent() ? List.of(id) : List.of();
    }

    private static List<String> ids(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> name + "-" + i).toList();
    }

    private List<String> live(List<String> ids) {
        return ids.stream().filter(id -> isThere("session:" + id)).toList();
    }
}
