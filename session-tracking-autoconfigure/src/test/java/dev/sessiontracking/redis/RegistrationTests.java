// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.Race.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.TestLength;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Late registration of an outage's logins: each happens once, and never brings a revoked session back. */
@Tag("long")
@ParameterizedClass
@EnumSource(names = {"STANDALONE", "CLUSTER"})
class RegistrationTests extends SessionStoreFixture {

    private static final Duration TOKEN_LIFE = Duration.ofDays(1);

    private static final int ROUNDS = TestLength.of(100, 4_000);

    private Registration register(SessionStore node, String id, String user, Instant authenticatedAt) {
        UserSession session = new UserSession(
                id, user, METADATA, authenticatedAt, Instant.now().plus(TTL), true);
        return answer(node.register(session, TTL, TOKEN_LIFE));
    }

    private Registration register(String id) {
        return register(store, id, "alice", now().minusSeconds(60));
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static String sessionState(String id) {
        return new RedisKeys("").sessionState(id);
    }

    private static String userState(String user) {
        return new RedisKeys("").userState(user);
    }

    @Test
    void registrationKeepsTheTimeOfTheLogin() {
        Instant login = now().minusSeconds(60);
        UserSession session = register(store, "a", "alice", login).session();
        assertThat(session).isNotNull();
        assertThat(session.createdAt()).isEqualTo(login);
        assertThat(answer(otherNode.find("a"))).contains(session);
        assertThat(index("alice")).containsExactly("a");
        assertThat(value(sessionState("a"))).isEqualTo("registered");
        assertThat(lifetime(sessionState("a"))).isBetween(TOKEN_LIFE.minusMinutes(1), TOKEN_LIFE);
    }

    @Test
    void sessionThatHasEndedIsNotRegisteredAgain() {
        register("a");
        raw("DEL", "session:a");
        assertThat(register(otherNode, "a", "alice", now())).isEqualTo(Registration.REFUSED);
        assertThat(answer(store.create(session("a", "alice"), TTL))).isEmpty();
        assertThat(isThere("session:a")).isFalse();
    }

    @Test
    void ordinaryLoginLeavesNoState() {
        create("a", "alice");
        assertThat(isThere(sessionState("a"))).isFalse();
        assertThat(isThere(userState("alice"))).isFalse();
    }

    @Test
    void stateOfAnotherTypeIsAStateToo() {
        raw("SADD", sessionState("a"), "something");
        assertThat(register("a")).isEqualTo(Registration.REFUSED);
        assertThat(isThere("session:a")).isFalse();
        answer(store.revoke("a", null, new SessionChange.End(SessionEndReason.REVOKED, Duration.ZERO, TOKEN_LIFE)));
        assertThat(value(sessionState("a"))).isEqualTo("revoked");
        assertThat(lifetime(sessionState("a"))).isBetween(TOKEN_LIFE.minusMinutes(1), TOKEN_LIFE);
    }

    /** Three nodes register what one node deletes: after a DEL that hit it, the session never comes back. */
    @Test
    void revokedSessionIsNeverResurrected() {
        List<SessionStore> nodes = List.of(store, otherNode, storeWithPrefix(""));
        int hit = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String id = "session" + round;
            List<Callable<Long>> actions = new ArrayList<>();
            for (SessionStore node : nodes) {
                actions.add(() -> {
                    for (int i = 0; i < 3; i++) {
                        register(node, id, "alice", now().minusSeconds(1));
                    }
                    return 0L;
                });
            }
            actions.add(() -> deleted(id));
            hit += together(actions).get(nodes.size());
            assertThat(isThere("session:" + id)).isFalse();
            assertThat(register(store, id, "alice", now())).isEqualTo(Registration.REFUSED);
        }
        assertThat(hit).isEqualTo(ROUNDS);
    }

    /** Deletes the session as soon as there is one. */
    private long deleted(String id) {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        long deleted = 0;
        while (deleted == 0 && System.nanoTime() < giveUp) {
            deleted = number("DEL", "session:" + id);
        }
        return deleted;
    }

    /** A registration that races with a revocation of all is refused, or its session is revoked. */
    @Test
    void registrationDuringRevokeAllDoesNotSurvive() {
        for (int round = 0; round < ROUNDS; round++) {
            String id = "session" + round;
            String user = "user" + round;
            Instant login = now().minusSeconds(60);
            together(List.of(() -> register(store, id, user, login), () -> register(otherNode, id, user, login), () -> {
                answer(otherNode.raiseNotBefore(user, NotBefore.of(null, null), TOKEN_LIFE, false));
                return answer(otherNode.revokeAll(user, null, null, any -> {}));
            }));
            assertThat(isThere("session:" + id)).isFalse();
        }
    }
}
