// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionChange.Scope;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a {@link SessionStore} must do that remembers ended sessions, and keeps users' not-before markers. */
public abstract class SessionStoreMarkerContractTests extends SessionStoreContract {

    private static final Duration TOKEN_LIFE = Duration.ofDays(1);

    private static final int ROUNDS = 20;

    private Registration register(SessionStore node, String name, String userId, Instant login) {
        return answer(node.register(session(name, userId, login, null), TTL, TOKEN_LIFE));
    }

    private Registration register(String name) {
        return register(store(), name, alice, now().minusSeconds(60));
    }

    private NotBefore raise(@Nullable Instant time, @Nullable String spared) {
        answer(store().raiseNotBefore(alice, NotBefore.of(time, spared), TOKEN_LIFE, false));
        return answer(otherNode().notBefore(alice));
    }

    // registration

    @Test
    void registrationKeepsTheTimeOfTheLogin() {
        Instant login = now().minusSeconds(60);
        UserSession session =
                Objects.requireNonNull(register(store(), "a", alice, login).session());
        assertThat(session.createdAt()).isEqualTo(login);
        assertThat(answer(otherNode().find(id("a")))).contains(session);
        assertThat(listed(alice)).containsExactly(id("a"));
    }

    @Test
    void secondRegistrationFindsTheFirst() {
        register("a");
        assertThat(register(otherNode(), "a", alice, now())).isEqualTo(Registration.EXISTS);
        assertThat(register(otherNode(), "a", bob, now())).isEqualTo(Registration.EXISTS);
        assertThat(answer(store().find(id("a"))).map(UserSession::userId)).contains(alice);
    }

    @Test
    void endedSessionIsNotRegisteredAgain() {
        register("a");
        answer(otherNode().revoke(id("a"), null));
        assertThat(register("a")).isEqualTo(Registration.REFUSED);
        assertThat(answer(store().create(session("a", alice), TTL))).isEmpty();
        assertThat(isLive("a")).isFalse();
    }

    @Test
    void sessionRevokedForGoodIsNotRegistered() {
        assertThat(answer(store().revoke(
                                id("a"),
                                null,
                                new SessionChange.End(SessionEndReason.REVOKED, Duration.ZERO, TOKEN_LIFE))))
                .isFalse();
        assertThat(register("a")).isEqualTo(Registration.REFUSED);
        register("b");
        assertThat(answer(store().revoke(
                                id("b"),
                                alice,
                                new SessionChange.End(SessionEndReason.REVOKED, Duration.ZERO, TOKEN_LIFE))))
                .isTrue();
        assertThat(isLive("b")).isFalse();
        assertThat(register("b")).isEqualTo(Registration.REFUSED);
    }

    // end reasons

    @Test
    void firstReasonOfAnEndIsRemembered() {
        created("a", alice);
        created("b", alice);
        End logout = new End(SessionEndReason.LOGOUT, TOKEN_LIFE, Duration.ZERO);
        End administrator = new End(SessionEndReason.ADMINISTRATOR, TOKEN_LIFE, Duration.ZERO);
        assertThat(answer(store().revoke(id("a"), alice, logout))).isTrue();
        assertThat(answer(store().revoke(id("a"), null, administrator))).isFalse();
        assertThat(answer(store().revoke(id("never"), null, administrator))).isFalse();
        assertThat(answer(store().revokeAll(new Scope(alice, null, null), administrator, id -> {})))
                .containsExactly(id("b"));
        assertThat(answer(otherNode().endReason(id("a")))).contains(SessionEndReason.LOGOUT);
        assertThat(answer(otherNode().endReason(id("b")))).contains(SessionEndReason.ADMINISTRATOR);
        assertThat(answer(otherNode().endReason(id("never")))).isEmpty();
    }

    @Test
    void liveSessionAndForgottenOneHaveNoReason() {
        register("a");
        assertThat(answer(store().endReason(id("a")))).isEmpty();
        created("b", alice);
        answer(store().revoke(id("b"), null));
        assertThat(answer(store().endReason(id("b")))).isEmpty();
    }

    // not-before markers

    @Test
    void thereIsNoMarkerUntilOneIsRaised() {
        assertThat(answer(store().notBefore(alice))).isEqualTo(NotBefore.NONE);
        NotBefore marker = raise(null, null);
        assertThat(Instant.ofEpochMilli(marker.millis())).isBetween(now().minus(SLACK), now().plus(SLACK));
        assertThat(answer(otherNode().notBefore(bob))).isEqualTo(NotBefore.NONE);
    }

    @Test
    void markerIsNeverLaterThanTheStoresTimeAndNeverLowered() {
        NotBefore marker = raise(now().plus(Duration.ofDays(365)), null);
        assertThat(Instant.ofEpochMilli(marker.millis())).isBefore(now().plus(SLACK));
        assertThat(raise(now().minus(Duration.ofDays(1)), null)).isEqualTo(marker);
    }

    @Test
    void sparedSessionIsSparedFromTheLastRevocationOnly() {
        Instant first = now().minusSeconds(1000);
        Instant second = first.plusSeconds(50);
        raise(first, null);
        NotBefore marker = raise(second, "kept");
        assertThat(marker.covers("other", second)).isTrue();
        assertThat(marker.covers("kept", second)).isFalse();
        assertThat(marker.covers("kept", first)).isTrue();
        NotBefore raisedEarlier = raise(first.plusSeconds(20), null);
        assertThat(raisedEarlier.covers("other", second)).isTrue();
        assertThat(raisedEarlier.covers("kept", first.plusSeconds(20))).isTrue();
        assertThat(raisedEarlier.covers("kept", first.plusSeconds(21))).isFalse();
        assertThat(raise(second.plusSeconds(1), null).covers("kept", second)).isTrue();
    }

    @Test
    void clearedMarkerIsGoneAndIsNotRestored() {
        raise(null, null);
        answer(store().clearNotBefore(alice, TOKEN_LIFE));
        assertThat(answer(otherNode().notBefore(alice))).isEqualTo(NotBefore.CLEARED);
        answer(store().raiseNotBefore(alice, NotBefore.of(now(), null), TOKEN_LIFE, true));
        assertThat(answer(otherNode().notBefore(alice)).exists()).isFalse();
        assertThat(raise(null, null).exists()).isTrue();
    }

    @Test
    void lostMarkerIsRestored() {
        Instant time = now().minus(SLACK);
        answer(store().raiseNotBefore(alice, NotBefore.of(time, null), TOKEN_LIFE, true));
        assertThat(answer(otherNode().notBefore(alice)).millis()).isEqualTo(time.toEpochMilli());
    }

    @Test
    void loginBeforeTheMarkerIsNotRegistered() {
        Instant time = Instant.ofEpochMilli(raise(null, null).millis());
        assertThat(register(store(), "a", alice, time)).isEqualTo(Registration.REFUSED);
        assertThat(isLive("a")).isFalse();
        assertThat(listed(alice)).isEmpty();
    }

    @Test
    void loginAfterTheMarkerIsRegistered() {
        raise(now().minusSeconds(1000), null);
        assertThat(register("a").session()).isNotNull();
    }

    @Test
    void markerNeverCoversALaterLogin() {
        for (int round = 0; round < ROUNDS; round++) {
            NotBefore marker = raise(null, null);
            UserSession session = created("a" + round, alice);
            assertThat(session.createdAt()).isAfter(Instant.ofEpochMilli(marker.millis()));
            assertThat(answer(otherNode().find(session.id()))).contains(session);
            assertThat(answer(otherNode().renew(session.id(), TTL))).isTrue();
        }
    }

    @Test
    void coveredSessionIsNotRenewed() {
        created("a", alice);
        created("kept", alice);
        raise(null, id("kept"));
        assertThat(answer(otherNode().renew(id("a"), TTL))).isFalse();
        assertThat(answer(otherNode().renew(id("kept"), TTL))).isTrue();
    }

    // concurrency

    @Test
    void registrationDuringRevokeAllDoesNotSurvive() {
        for (int round = 0; round < ROUNDS; round++) {
            String name = "a" + round;
            String user = alice + round;
            Instant login = now().minusSeconds(60);
            together(List.of(
                    () -> register(store(), name, user, login), () -> register(otherNode(), name, user, login), () -> {
                        answer(otherNode().raiseNotBefore(user, NotBefore.of(null, null), TOKEN_LIFE, false));
                        answer(otherNode().revokeAll(user, null, null, id -> {}));
                        return Registration.REFUSED;
                    }));
            assertThat(isLive(name)).isFalse();
        }
    }
}
