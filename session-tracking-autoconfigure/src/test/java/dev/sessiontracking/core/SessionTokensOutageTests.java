// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.SessionTokens.TokenGrant;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which claims are issued and accepted during an outage, and what becomes of them after it. */
class SessionTokensOutageTests extends SessionTokensFixture {

    @Test
    void duringAnOutageALogoutOfAnotherUserEndsNothingForLong() {
        TokenGrant alices = tokens.login("alice", METADATA);
        TokenGrant others = tokens.login("alice", METADATA);
        store.fail();
        for (TokenGrant grant : List.of(alices, alices, others)) {
            assertThat(tokens.logout(ofBob(grant.accessClaims())))
                    .as("nobody knows whose it is")
                    .isTrue();
        }
        assertThat(tokens.logout(refreshToken(others))).isTrue();
        store.recover();
        await().until(() -> lenient.pendingRevocations() == 0);

        assertThat(refresh(alices).accessClaims()).containsEntry("sub", "alice");
        assertEnded(tokens, refreshToken(others));
        assertThat(store.holds(others.session().id())).isFalse();
    }

    @Test
    void oldRefreshTokenIsUnverifiedDuringAnOutageAndKeepsItsExpiry() {
        store.fail();
        TokenGrant grant = register("alice");
        assertThat(grant.session().tracked()).isFalse();
        assertThat(grant.accessClaims()).doesNotContainKey("sid");
        assertThat(grant.refreshExpiresAt()).isEqualTo(clock.instant().plus(TTL));
        store.recover();
        assertThat(refresh(grant).accessClaims()).containsEntry("sid", "hash-of-an-old-token");
    }

    @Test
    void duringAnOutageTheNextGenerationKeepsTheExpiry() {
        TokenGrant login = tokens.login("alice", METADATA);
        store.fail();
        clock.advance(Duration.ofDays(1));

        TokenGrant first = refresh(login);
        TokenGrant second = refresh(first);

        assertThat(second.refreshClaims())
                .containsEntry("srt", 2L)
                .containsEntry("sid", login.session().id());
        assertThat(second.refreshExpiresAt()).isEqualTo(login.refreshExpiresAt());
        assertThat(second.accessClaims()).isEqualTo(login.accessClaims());
        store.recover();
        assertThat(refresh(second).refreshClaims()).containsEntry("srt", 3L);
    }

    @Test
    void duringAnOutageASessionThatThisNodeRevokedIsNotRefreshed() {
        TokenGrant login = tokens.login("alice", METADATA);
        TokenGrant other = tokens.login("alice", METADATA);
        store.fail();
        clock.advance(Duration.ofSeconds(1));
        assertThat(tokens.logout(refreshToken(login))).isTrue();
        assertEnded(tokens, refreshToken(login));
        lenient.service().revokeAllUserSessions("alice");
        assertEnded(tokens, refreshToken(other));
    }

    @Test
    void underRejectAnOutageIsNoEnd() {
        TokenGrant login = tokens.login("alice", METADATA);
        store.fail();
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> strict.tokens("sub").refresh(refreshToken(login), METADATA));
    }

    @Test
    void loginOfAnOutageIsRegisteredByItsFirstRefresh() {
        store.fail();
        TokenGrant login = tokens.login("alice", METADATA);
        assertThat(login.accessClaims()).doesNotContainKey("sid");
        assertThat(login.refreshClaims()).doesNotContainKey("sid").containsEntry("srt", 0L);
        TokenGrant during = refresh(login);
        assertThat(during.accessClaims()).doesNotContainKey("sid");
        assertThat(during.refreshExpiresAt()).isEqualTo(login.refreshExpiresAt());
        store.recover();

        TokenGrant tracked = refresh(during);

        assertThat(store.holds(tracked.session().id())).isTrue();
        assertThat(tracked.accessClaims()).containsEntry("sid", login.session().id());
        assertThat(tracked.refreshClaims()).containsEntry("srt", 2L).doesNotContainKey("srs");
    }

    @Test
    void loginOfAnOutageThatWasLoggedOutIsNotRegistered() {
        store.fail();
        TokenGrant login = tokens.login("alice", METADATA);
        assertThat(tokens.logout(login.accessClaims()))
                .as("its access token names nothing")
                .isFalse();
        assertThat(tokens.logout(refreshToken(login))).isTrue();
        store.recover();
        assertEnded(tokens, refreshToken(login));
        assertThat(store.holds(login.session().id())).isFalse();
    }

    @Test
    void absoluteLifetimeOfALoginOutlivesAnOutage() {
        store.fail();
        TokenGrant login = tokens.login("alice", METADATA, Duration.ofDays(90));
        TokenGrant during = refresh(login);
        store.recover();
        assertThat(refresh(during).session().maxExpiresAt())
                .isEqualTo(clock.instant().plus(Duration.ofDays(90)));
    }
}
