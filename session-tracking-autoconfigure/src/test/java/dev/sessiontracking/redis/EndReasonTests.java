// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.Race.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionChange.Scope;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.TestLength;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Why sessions have ended, as one node writes it and another reads it. */
@Tag("long")
@ParameterizedClass
@EnumSource(names = {"STANDALONE", "STANDALONE_SETS", "CLUSTER", "LEAST_PERMISSIONS"})
class EndReasonTests extends SessionStoreFixture {

    private static final Duration KEPT = Duration.ofHours(1);

    private static final Duration TOKEN_LIFE = Duration.ofDays(1);

    private static final int ROUNDS = TestLength.of(150, 4_000);

    private static String state(String id) {
        return new RedisKeys("").sessionState(id);
    }

    private static End end(SessionEndReason reason) {
        return new End(reason, KEPT, Duration.ZERO);
    }

    private boolean revoke(SessionStore node, String id, End end) {
        return answer(node.revoke(id, "alice", end));
    }

    private String reason(String id) {
        return answer(otherNode.endReason(id)).map(SessionEndReason::code).orElse(null);
    }

    @Test
    void reasonIsKeptForItsTime() {
        create("a", "alice");
        assertThat(revoke(store, "a", end(SessionEndReason.LIMIT))).isTrue();
        assertThat(isThere("session:a")).isFalse();
        assertThat(index("alice")).isEmpty();
        assertThat(reason("a")).isEqualTo("limit");
        assertThat(lifetime(state("a"))).isBetween(KEPT.minusMinutes(1), KEPT);
    }

    @Test
    void firstReasonCounts() {
        create("a", "alice");
        revoke(store, "a", end(SessionEndReason.LIMIT));
        assertThat(revoke(otherNode, "a", end(SessionEndReason.LOGOUT))).isFalse();
        assertThat(reason("a")).isEqualTo("limit");
        revoke(otherNode, "a", new End(SessionEndReason.LOGOUT, KEPT, TOKEN_LIFE));
        assertThat(reason("a")).isEqualTo("limit");
        assertThat(lifetime(state("a"))).isBetween(TOKEN_LIFE.minusMinutes(1), TOKEN_LIFE);
    }

    @Test
    void sessionWithoutAReasonHasNone() {
        create("a", "alice");
        raw("DEL", "session:a");
        create("b", "alice");
        answer(store.revoke("b", "alice"));
        assertThat(List.of("a", "b", "never-there")).allSatisfy(id -> {
            assertThat(reason(id)).isNull();
            assertThat(isThere(state(id))).isFalse();
        });
        assertThat(revoke(store, "never-there", end(SessionEndReason.LOGOUT))).isFalse();
        assertThat(isThere(state("never-there"))).isFalse();
    }

    /** The state of a late registration lives longer than a reason, and must: the token could register its session again. */
    @Test
    void reasonDoesNotShortenWhatKeepsATokenFromRegisteringAgain() {
        UserSession session = session("a", "alice");
        answer(store.register(session, TTL, TOKEN_LIFE));
        assertThat(reason("a")).isNull();
        revoke(otherNode, "a", end(SessionEndReason.ADMINISTRATOR));
        assertThat(reason("a")).isEqualTo("administrator");
        assertThat(lifetime(state("a"))).isBetween(TOKEN_LIFE.minusMinutes(1), TOKEN_LIFE);
        assertThat(answer(store.register(session, TTL, TOKEN_LIFE))).isEqualTo(Registration.REFUSED);
    }

    @Test
    void allSessionsOfAUserGetTheReason() {
        List<String> ids = IntStream.range(0, 600).mapToObj(i -> "s" + i).toList();
        ids.forEach(id -> create(id, "alice"));
        raw("SCRIPT", "FLUSH");
        assertThat(answer(store.revokeAll(
                        new Scope("alice", null, null), end(SessionEndReason.CREDENTIALS_CHANGED), id -> {})))
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(ids).allMatch(id -> "credentials_changed".equals(reason(id)) && !isThere("session:" + id));
        assertThat(index("alice")).isEmpty();
    }

    @Test
    void twoNodesThatEndASessionLeaveTheReasonOfTheOneThatDid() {
        for (int round = 0; round < ROUNDS; round++) {
            String id = "s" + round;
            create(id, "alice");
            List<Boolean> ended = together(List.of(
                    () -> revoke(store, id, end(SessionEndReason.LIMIT)),
                    () -> revoke(otherNode, id, end(SessionEndReason.LOGOUT))));
            assertThat(ended).containsExactlyInAnyOrder(true, false);
            assertThat(reason(id)).isEqualTo(ended.get(0) ? "limit" : "logout");
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            tomorrow's-reason 1764000000000 , tomorrows-reason
            'evil\r\nSet-Cookie: a=b'       , evil
            '"><script>alert(1)</script>'   , scriptalert1script
            'é€'                            ,
            ''                              ,
            registered                      ,
            registered 1764000000000        ,
            ' limit'                        ,
            'limit\u0000x'                  , limitx
            -                               , -
            abcdefghijklmnopqrstuvwxyz0123456789, abcdefghijklmnopqrstuvwxyz012345
            """)
    void textOfAnotherWriterIsReducedToACode(String written, String code) {
        raw("SET", state("a"), written.replace("\\r", "\r").replace("\\n", "\n"));
        assertThat(reason("a")).isEqualTo(code);
    }

    @Test
    void stateOfAnotherTypeIsNoReason() {
        raw("LPUSH", state("a"), "limit");
        assertThat(reason("a")).isNull();
    }

    @Test
    void registrationOfALaterVersionIsNoReason() {
        raw("SET", state("a"), "registered by a later version", "PX", "60000");
        answer(store.revoke("a", null, new End(SessionEndReason.LOGOUT, Duration.ofMinutes(1), Duration.ofMinutes(1))));
        assertThat(reason("a")).isEqualTo("logout");
    }
}
