// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionAlreadyExistsException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionIds;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of {@link SessionService}, row by row, while the store answers. */
class TrackedSessionServiceTests extends TrackedSessionFixture {

    @Test
    void createdSessionIsTrackedAndLive() {
        UserSession session = login("alice");
        assertThat(session.tracked()).isTrue();
        assertThat(session.metadata()).isEqualTo(SessionMetadata.of("203.0.113.7", "Firefox"));
        assertThat(session.claims()).containsExactly(java.util.Map.entry("sid", session.id()));
        assertThat(session.createdAt()).isEqualTo(clock.instant());
        assertThat(session.expiresAt()).isEqualTo(clock.instant().plus(TTL));
        assertThat(store.holds(session.id())).isTrue();
        assertThat(plainJwt.getSessionStatus(session.id())).isEqualTo(SessionStatus.LIVE);
        assertThat(plainJwt.isSessionValid(session.id())).isTrue();
        assertThat(plainJwt.findSession(session.id())).contains(session);
    }

    @Test
    void generatedIdsDiffer() {
        assertThat(login("alice").id()).isNotEqualTo(login("alice").id());
    }

    @Test
    void takenIdIsRefusedWithoutNamingIt() {
        plainJwt.createSession("alice", "the-id", SessionMetadata.none());
        assertThatExceptionOfType(SessionAlreadyExistsException.class)
                .isThrownBy(() -> plainJwt.createSession("bob", "the-id", SessionMetadata.none()))
                .withMessageContaining(SessionIds.hash("the-id"))
                .withMessageNotContaining("the-id");
        assertThat(plainJwt.findSession("the-id")).map(UserSession::userId).contains("alice");
    }

    @Test
    void idThatThisNodeRevokedIsNotUsedAgain() {
        plainJwt.createSession("alice", "the-id", SessionMetadata.none());
        plainJwt.revokeSession("the-id");
        assertThatExceptionOfType(SessionAlreadyExistsException.class)
                .isThrownBy(() -> plainJwt.createSession("alice", "the-id", SessionMetadata.none()));
    }

    @Test
    void unknownSessionHasEnded() {
        assertThat(plainJwt.getSessionStatus("made-up")).isEqualTo(SessionStatus.ENDED);
        assertThat(plainJwt.isSessionValid("made-up")).isFalse();
        assertThat(plainJwt.findSession("made-up")).isEmpty();
        assertThat(plainJwt.renewSession("made-up")).isEqualTo(SessionRenewal.ENDED);
        assertThat(plainJwt.revokeSession("made-up")).isFalse();
    }

    @Test
    void revokedSessionHasEnded() {
        UserSession session = login("alice");
        assertThat(plainJwt.revokeSession(session.id())).isTrue();
        assertThat(plainJwt.getSessionStatus(session.id())).isEqualTo(SessionStatus.ENDED);
        assertThat(plainJwt.isSessionValid(session.id())).isFalse();
        assertThat(plainJwt.findSession(session.id())).isEmpty();
        assertThat(plainJwt.renewSession(session.id())).isEqualTo(SessionRenewal.ENDED);
        assertThat(plainJwt.revokeSession(session.id())).isFalse();
    }

    @Test
    void sessionIsRevokedByItsOwner() {
        UserSession session = login("alice");
        assertThat(plainJwt.revokeSession("alice", session.id())).isTrue();
        assertThat(plainJwt.isSessionValid(session.id())).isFalse();
        assertThat(plainJwt.revokeSession("alice", session.id())).isFalse();
    }

    @Test
    void sessionIsNotRevokedByAnotherUser() {
        UserSession session = login("alice");
        assertThat(plainJwt.revokeSession("bob", session.id())).isFalse();
        assertThat(plainJwt.isSessionValid(session.id())).isTrue();
        assertThat(plainJwt.getUserSessions("alice")).containsExactly(session);
        assertThat(lenient.rememberedRevocations()).isZero();
    }

    @Test
    void renewalOfALiveSessionSaysSo() {
        assertThat(plainJwt.renewSession(login("alice").id())).isEqualTo(SessionRenewal.RENEWED);
    }

    @Test
    void revokeAllCountsTheLiveOnes() {
        login("alice");
        login("alice");
        login("bob");
        assertThat(plainJwt.revokeAllUserSessions("alice")).isEqualTo(new RevokedSessions(2, false));
        assertThat(plainJwt.revokeAllUserSessions("alice")).isEqualTo(new RevokedSessions(0, false));
        assertThat(plainJwt.getUserSessions("alice")).isEmpty();
        assertThat(plainJwt.getUserSessions("bob")).hasSize(1);
    }

    @Test
    void revokeOthersKeepsTheCurrentOne() {
        UserSession current = login("alice");
        login("alice");
        login("alice");
        assertThat(plainJwt.revokeOtherUserSessions("alice", current.id())).isEqualTo(new RevokedSessions(2, false));
        assertThat(plainJwt.getUserSessions("alice")).containsExactly(current);
    }

    @Test
    void revokeAllIncludesSessionsThatAnotherClockDatesInTheFuture() {
        clock.advance(Duration.ofDays(2));
        login("alice");
        clock.advance(Duration.ofDays(-2));
        assertThat(plainJwt.revokeAllUserSessions("alice")).isEqualTo(new RevokedSessions(1, false));
    }

    @Test
    void sessionsAreListedNewestFirst() {
        UserSession first = login("alice");
        clock.advance(Duration.ofSeconds(1));
        UserSession second = login("alice");
        clock.advance(Duration.ofSeconds(1));
        UserSession third = login("alice");
        assertThat(plainJwt.getUserSessions("alice")).containsExactly(third, second, first);
    }

    @Test
    void listCannotBeChanged() {
        login("alice");
        List<UserSession> sessions = plainJwt.getUserSessions("alice");
        assertThat(sessions).isUnmodifiable();
    }

    @Test
    void revokedOnThisNodeStaysRevokedWhateverTheStoreSays() {
        UserSession session = login("alice");
        plainJwt.revokeSession(session.id());
        store.put(session);
        assertThat(plainJwt.getSessionStatus(session.id())).isEqualTo(SessionStatus.ENDED);
        assertThat(plainJwt.findSession(session.id())).isEmpty();
        assertThat(plainJwt.getUserSessions("alice")).isEmpty();
        assertThat(plainJwt.renewSession(session.id())).isEqualTo(SessionRenewal.ENDED);
    }
}
