// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Registration;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** How many sessions a user may have: who is admitted, and who must go. */
@ParameterizedClass
@EnumSource(names = {"STANDALONE", "CLUSTER", "LEAST_PERMISSIONS"})
class SessionLimitTests extends SessionStoreFixture {

    private static final End LIMIT = new End(SessionEndReason.LIMIT, Duration.ofHours(1), Duration.ZERO);

    private static Limit evicting(int sessions) {
        return new Limit(sessions, false, null);
    }

    private static Limit rejecting(int sessions) {
        return new Limit(sessions, true, null);
    }

    private Registration login(String id, Limit limit) {
        return answer(store.create(session(id, "alice"), TTL, limit));
    }

    /** As the service does it. */
    private void loginAndEvict(String id, Limit limit) {
        login(id, limit).evicted().forEach(old -> answer(store.revoke(old, "alice", LIMIT)));
    }

    @Test
    void belowTheLimitNobodyEnds() {
        assertThat(login("a", evicting(2)).evicted()).isEmpty();
        assertThat(login("b", rejecting(2)).session()).isNotNull();
        assertThat(index("alice")).containsExactly("a", "b");
    }

    @Test
    void oldestEndsWhateverWasRenewedSince() {
        create("a", "alice");
        create("b", "alice");
        answer(store.renew("a", TTL.plusDays(1)));
        Registration login = login("c", evicting(2));
        assertThat(login.session()).isNotNull();
        assertThat(login.evicted()).containsExactly("a");
    }

    @Test
    void asManyEndAsAreTooMany() {
        for (String id : List.of("a", "b", "c", "d", "e")) {
            create(id, "alice");
        }
        assertThat(login("f", evicting(2)).evicted()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void rejectedLoginLeavesNothing() {
        create("a", "alice");
        assertThat(login("b", rejecting(1))).isEqualTo(Registration.FULL);
        assertThat(isThere("session:b")).isFalse();
        assertThat(index("alice")).containsExactly("a");
        answer(store.revoke("a", "alice"));
        assertThat(login("b", rejecting(1)).session()).isNotNull();
    }

    @Test
    void endedSessionsDoNotCountAndKeepTheirEntries() {
        create("a", "alice");
        create("b", "alice");
        raw("DEL", "session:a");
        raw("SET", "session:b", "{\"userId\":\"bob\"}");
        raw("ZADD", "user_sessions:alice", "1", "expired");
        assertThat(login("c", rejecting(1)).session()).isNotNull();
        assertThat(login("d", rejecting(1))).isEqualTo(Registration.FULL);
        assertThat(index("alice")).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void sessionThatIsReplacedDoesNotCount() {
        create("a", "alice");
        create("b", "alice");
        assertThat(login("c", new Limit(2, true, "b")).session()).isNotNull();
        assertThat(login("d", new Limit(2, true, "somebody-elses"))).isEqualTo(Registration.FULL);
    }

    /** The node stops after it has been told whom to end: the session cannot be renewed, and the next login ends it. */
    @Test
    void evictionThatWasNotCarriedOutIsMadeUpFor() {
        create("a", "alice");
        assertThat(login("b", evicting(1)).evicted()).containsExactly("a");
        assertThat(isThere("session:a")).isTrue();
        assertThat(idsOf("alice")).containsExactlyInAnyOrder("a", "b");
        assertThat(login("c", evicting(2)).evicted()).containsExactly("a");

        Refreshed refreshed = answer(otherNode.refresh("a", new Refresh(null, TTL, null, null, 0L, Duration.ZERO)));
        assertThat(refreshed).isEqualTo(Refreshed.ENDED);
        assertThat(isThere("session:a")).isFalse();
        assertThat(answer(otherNode.endReason("a"))).contains(SessionEndReason.LIMIT);
        answer(store.revoke("a", "alice", LIMIT));
        assertThat(index("alice")).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void revokeAllEndsMarkedSessionsToo() {
        create("a", "alice");
        login("b", evicting(1));
        assertThat(answer(otherNode.revokeAll("alice", null, null, id -> {}))).containsExactlyInAnyOrder("a", "b");
        assertThat(index("alice")).isEmpty();
    }

    @Test
    void lateRegistrationIsALogin() {
        create("a", "alice");
        Instant before = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        UserSession late = new UserSession("late", "alice", METADATA, before, before.plus(TTL), true);
        Registration refused = answer(store.register(late, TTL, Duration.ofDays(1), rejecting(1)));
        assertThat(refused).isEqualTo(Registration.FULL);
        assertThat(isThere("session:late")).isFalse();
        assertThat(answer(otherNode.endReason("late"))).contains(SessionEndReason.LIMIT);
        assertThat(lifetime(new RedisKeys("").sessionState("late"))).isGreaterThan(Duration.ofHours(23));

        UserSession second = new UserSession("second", "alice", METADATA, before, before.plus(TTL), true);
        assertThat(answer(store.register(second, TTL, Duration.ofDays(1), evicting(1)))
                        .evicted())
                .containsExactly("a");
    }

    @Test
    void loginAfterAMarkerIsNotCoveredByIt() {
        answer(store.raiseNotBefore("alice", NotBefore.of(null, null), TTL, false));
        UserSession written = login("a", evicting(1)).session();
        assertThat(written).isNotNull();
        assertThat(written.createdAt().toEpochMilli())
                .isGreaterThan(answer(store.notBefore("alice")).millis());
        assertThat(answer(store.renew("a", TTL))).isTrue();
    }

    @Test
    void takenIdIsNoReasonToEndAnybody() {
        create("a", "alice");
        assertThat(login("a", evicting(1))).isEqualTo(Registration.EXISTS);
        assertThat(isThere("session:a")).isTrue();
        assertThat(index("alice")).containsExactly("a");
    }

    /** Without a limit, a user who never stops logging in must not fill the server. Ids decide within a millisecond. */
    @Test
    void thousandSessionsAreEnoughForAnybody() {
        List<String> ids = IntStream.range(1_000, 2_005).mapToObj(i -> "s" + i).toList();
        ids.forEach(id -> loginAndEvict(id, Limit.NONE));
        assertThat(index("alice")).hasSize(1_000).doesNotContain("s1004").contains("s1005");
        assertThat(ids.subList(0, 5)).noneMatch(id -> isThere("session:" + id));
        assertThat(answer(otherNode.endReason("s1000"))).contains(SessionEndReason.LIMIT);
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void existingSetHasNoLimit(CapturedOutput output) {
        raw("SADD", "user_sessions:alice", "x");
        raw("SADD", "user_sessions:bob", "x");
        assertThat(login("a", rejecting(1)).session()).isNotNull();
        assertThat(login("b", evicting(1)).evicted()).isEmpty();
        assertThat(answer(store.create(session("c", "bob"), TTL, rejecting(1))).session())
                .isNotNull();
        assertThat(output.getAll().split("is a set, so the limit of sessions is not enforced", -1))
                .as("one warning")
                .hasSize(2);
        assertThat(output).doesNotContain("alice");
        answer(store.revokeAll("alice", null, null, id -> {}));
        raw("DEL", "user_sessions:alice");
        assertThat(login("d", rejecting(1)).session()).isNotNull();
        assertThat(login("e", rejecting(1))).isEqualTo(Registration.FULL);
        assertThat(store.limitsSessions()).isTrue();
        assertThat(storeOfSets().limitsSessions()).isFalse();
    }
}
