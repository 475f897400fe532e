// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.FirstUse;
import dev.sessiontracking.spi.SessionChange.Recorded;
import dev.sessiontracking.spi.SessionChange.Scope;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a {@link SessionStore} must do that records sessions of identity providers at their first use. */
public abstract class SessionStoreFirstUseContractTests extends SessionStoreContract {

    private static final Duration LIFETIME = Duration.ofHours(10);

    private static final End END = endAt(null);

    private final Instant login = secondsAgo(90);

    private static End endAt(@Nullable Instant until) {
        return new End(SessionEndReason.REVOKED, Duration.ofHours(1), LIFETIME, true, until);
    }

    private static Instant secondsAgo(long seconds) {
        return Instant.now().minusSeconds(seconds).truncatedTo(ChronoUnit.SECONDS);
    }

    private Recorded use(SessionStore node, String name, @Nullable Instant authenticatedAt, boolean isFound) {
        UserSession session = session(name, alice, authenticatedAt == null ? now() : authenticatedAt, null);
        return answer(node.recordFirstUse(session, LIFETIME, new FirstUse(authenticatedAt, isFound)));
    }

    private Recorded use(String name, @Nullable Instant authenticatedAt) {
        return use(store(), name, authenticatedAt, false);
    }

    private void assertEnded(String name, @Nullable Instant authenticatedAt) {
        for (boolean isFound : new boolean[] {true, false}) {
            Recorded used = use(otherNode(), name, authenticatedAt, isFound);
            assertThat(used.isLive()).isFalse();
            assertThat(used.created()).isNull();
        }
        assertThat(isLive(name)).isFalse();
        assertThat(listed(alice)).doesNotContain(id(name));
    }

    @Test
    void firstUseWritesTheSessionOnce() {
        UserSession created = Objects.requireNonNull(use("a", login).created());

        assertThat(created.createdAt()).isEqualTo(login);
        assertThat(answer(otherNode().find(id("a"))).map(UserSession::createdAt))
                .contains(login);
        assertThat(listed(alice)).containsExactly(id("a"));
        assertThat(use(otherNode(), "a", login, false)).isEqualTo(Recorded.LIVE);
        assertThat(use(otherNode(), "a", null, true)).isEqualTo(Recorded.LIVE);
    }

    @Test
    void useWithoutTimeOfAuthenticationBeginsNow() {
        Instant created = Objects.requireNonNull(use("a", null).created()).createdAt();

        assertThat(created).isBetween(now().minus(SLACK), now().plus(SLACK));
    }

    @Test
    void revokedSessionIsNotRecordedAgain() {
        use("a", login);

        assertThat(answer(store().revoke(id("a"), alice, END))).isTrue();

        assertEnded("a", login);
        assertEnded("a", null);
        assertEnded("a", secondsAgo(2));
        assertThat(answer(store().endReason(id("a")))).contains(SessionEndReason.REVOKED);
        assertThat(answer(store().revoke(id("a"), alice, END))).isFalse();
    }

    @Test
    void revocationHoldsBeforeTheFirstUse() {
        assertThat(answer(otherNode().revoke(id("a"), null, END))).isTrue();

        assertEnded("a", login);
        assertEnded("a", null);
        assertThat(use("a", login).endedUntil()).isAfterOrEqualTo(secondsAgo(1));
    }

    @Test
    void laterAuthenticationBeginsAgainForItsTokensOnly() {
        use("a", login);
        answer(store().revoke(id("a"), alice, END));
        Instant again = secondsAgo(-3);

        assertThat(use("a", again).created()).isNotNull();

        assertThat(use(otherNode(), "a", again, true)).isEqualTo(Recorded.LIVE);
        for (boolean isFound : new boolean[] {true, false}) {
            assertThat(use(otherNode(), "a", login, isFound).isLive()).isFalse();
            assertThat(use(otherNode(), "a", null, isFound).isLive()).isFalse();
        }
        Instant revoked = Objects.requireNonNull(use("a", login).endedUntil());
        answer(store().reapplyRevocations(Map.of(id("a"), revoked), LIFETIME));
        assertThat(answer(store().revoke(id("a"), alice, endAt(revoked)))).isFalse();
        assertThat(isLive("a")).isTrue();
        assertThat(listed(alice)).containsExactly(id("a"));
        answer(store().revoke(id("a"), alice, END));
        assertEnded("a", again);
    }

    @Test
    void reappliedRevocationEndsWhatHadBegunBefore() {
        use("a", login);
        answer(store().revoke(id("a"), alice, END));
        Instant again = secondsAgo(-3);
        use("a", again);

        assertThat(answer(store().reapplyRevocations(Map.of(id("a"), again), LIFETIME)))
                .isEqualTo(1);

        assertEnded("a", again);
        assertThat(use("a", secondsAgo(-5)).created()).isNotNull();
    }

    @Test
    void reappliedRevocationThatTheStoreHasLostEndsTheSession() {
        use("a", login);

        assertThat(answer(store().reapplyRevocations(Map.of(id("a"), login.minusSeconds(70)), LIFETIME)))
                .isEqualTo(1);

        assertEnded("a", login);
    }

    @Test
    void revocationOfAnEarlierTimeHoldsUntilThen() {
        assertThat(answer(store().revoke(id("a"), null, endAt(login)))).isTrue();
        assertEnded("a", login);
        assertThat(use("a", login).endedUntil()).isBetween(login, login.plusSeconds(60));
        assertThat(answer(store().revoke(id("a"), null, endAt(login)))).isFalse();

        assertThat(use("a", login.plusSeconds(61)).created()).isNotNull();
    }

    @Test
    void markerOfTheUserHoldsBeforeTheFirstUse() {
        answer(store().raiseNotBefore(alice, NotBefore.of(null, null), LIFETIME, false));

        assertEnded("a", login);
        assertEnded("b", null);
        assertThat(use("c", secondsAgo(-3)).created()).isNotNull();
    }

    @Test
    void reappliedRevocationHolds() {
        answer(store().reapplyRevocations(Map.of(id("a"), secondsAgo(0)), LIFETIME));
        assertEnded("a", login);
    }

    @Test
    void noUseWinsAgainstARevocation() {
        for (int round = 0; round < 20; round++) {
            String name = "race-" + round;
            boolean userWide = round % 2 == 0;
            together(List.of(() -> use(store(), name, login, false), () -> use(otherNode(), name, login, false), () -> {
                if (userWide) {
                    answer(store().raiseNotBefore(alice, NotBefore.of(null, null), LIFETIME, false));
                    return answer(store().revokeAll(new Scope(alice, null, null), END, any -> {}));
                }
                return answer(store().revoke(id(name), null, END));
            }));
            assertEnded(name, login);
        }
    }
}
