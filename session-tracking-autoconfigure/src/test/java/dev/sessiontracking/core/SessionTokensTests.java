// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which claims are issued and accepted, with a store and without one. */
class SessionTokensTests extends SessionTokensFixture {

    @Test
    void bothTokensNameTheSessionAndSayWhatTheyAre() {
        TokenGrant grant = tokens.login("alice", METADATA);

        String id = grant.session().id();
        long now = clock.instant().getEpochSecond();
        assertThat(grant.accessClaims())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("sub", "alice", "sid", id, "auth_time", now, "token_use", "access"));
        assertThat(grant.refreshClaims())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("sub", "alice", "sid", id, "auth_time", now, "token_use", "refresh", "srt", 0L));
        assertThat(grant.refreshExpiresAt()).isEqualTo(grant.session().expiresAt());
        assertThat(grant.toString()).doesNotContain(id);
    }

    @Test
    void refreshKeepsTheSessionAndTheTimeOfTheLogin() {
        TokenGrant login = tokens.login("alice", METADATA);
        clock.advance(Duration.ofHours(1));

        TokenGrant refreshed = refresh(login);

        assertThat(refreshed.session().id()).isEqualTo(login.session().id());
        assertThat(refreshed.accessClaims()).isEqualTo(login.accessClaims());
        assertThat(refreshed.refreshClaims()).containsEntry("srt", 1L);
    }

    @Test
    void oldRefreshTokenRegistersOneSession() {
        TokenGrant grant = register("alice");
        assertThat(grant.session().tracked()).isTrue();
        assertThat(grant.accessClaims())
                .containsEntry("sid", "hash-of-an-old-token")
                .containsEntry("auth_time", clock.instant().minusSeconds(60).getEpochSecond());
        assertThat(refresh(grant).session().id()).isEqualTo(grant.session().id());
        lenient.service().revokeSession(grant.session().id());
        assertThatExceptionOfType(SessionEndedException.class).isThrownBy(() -> register("alice"));
    }

    @Test
    void oldRefreshTokenNeverGetsTheSessionOfAnotherUser() {
        TokenGrant grant = register("alice");
        assertThatExceptionOfType(SessionEndedException.class).isThrownBy(() -> register("bob"));
        assertThat(refresh(grant).accessClaims()).containsEntry("sub", "alice");
    }

    @Test
    void sessionOfAnotherUserIsNeitherRefreshedNorEnded() {
        TokenGrant alices = refresh(tokens.login("alice", METADATA));
        for (long generation : List.of(0L, 1L, 5L)) {
            Map<String, Object> bobs = refreshToken(alices);
            bobs.put("sub", "bob");
            bobs.put("srt", generation);
            assertEnded(tokens, bobs);
        }
        assertThat(refresh(alices).accessClaims()).containsEntry("sub", "alice");
    }

    @Test
    void sessionOfAnotherUserIsNotLoggedOut() {
        TokenGrant alices = tokens.login("alice", METADATA);
        assertThat(tokens.logout(ofBob(alices.accessClaims()))).isFalse();
        assertThat(tokens.logout(ofBob(refreshToken(alices)))).isFalse();
        Map<String, Object> registering = ofBob(refreshToken(alices));
        registering.remove("sid");
        registering.put("srs", alices.session().id());
        assertThat(tokens.logout(registering)).isFalse();
        Map<String, Object> nobodys = refreshToken(alices);
        nobodys.remove("sub");
        assertThat(tokens.logout(nobodys)).isFalse();
        assertThat(refresh(alices)).isNotNull();
    }

    @Test
    void accessTokenIsNotAcceptedForARefresh() {
        TokenGrant login = tokens.login("alice", METADATA);
        Map<String, Object> access = new HashMap<>(login.accessClaims());
        access.put("exp", login.refreshExpiresAt());
        assertEnded(tokens, access);
        assertEnded(off, access);
        access.put("srt", 0L);
        assertEnded(tokens, access);
        assertThat(refresh(login)).as("the session has suffered no harm").isNotNull();
    }

    @Test
    void sessionThatHasEndedIsNotRefreshed() {
        TokenGrant login = tokens.login("alice", METADATA);
        assertThat(tokens.logout(refreshToken(login))).isTrue();
        assertEnded(tokens, refreshToken(login));
        assertThat(tokens.logout(refreshToken(login))).isFalse();
    }

    @Test
    void accessTokenLogsOutToo() {
        TokenGrant login = tokens.login("alice", METADATA);
        assertThat(tokens.logout(login.accessClaims())).isTrue();
        assertEnded(tokens, refreshToken(login));
    }

    @Test
    void absoluteLifetimeOfALoginTakesPrecedence() {
        assertThat(tokens.login("alice", METADATA).session().maxExpiresAt())
                .isEqualTo(clock.instant().plus(Duration.ofDays(30)));
        TokenGrant remembered = tokens.login("alice", METADATA, Duration.ofDays(90));
        assertThat(remembered.session().maxExpiresAt())
                .isEqualTo(clock.instant().plus(Duration.ofDays(90)));
        TokenGrant brief = tokens.login("alice", METADATA, Duration.ofHours(1));
        assertThat(brief.refreshExpiresAt()).isEqualTo(clock.instant().plus(Duration.ofHours(1)));
        assertThat(off.login("alice", METADATA, Duration.ofHours(1)).refreshExpiresAt())
                .isEqualTo(clock.instant().plus(Duration.ofHours(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> tokens.login("alice", METADATA, Duration.ZERO));
    }

    @Test
    void withoutAStoreTheTokensArePlainJwts() {
        TokenGrant login = off.login("alice", METADATA);
        clock.advance(Duration.ofDays(1));

        TokenGrant refreshed = off.refresh(refreshToken(login), METADATA);

        assertThat(refreshed.accessClaims()).isEqualTo(login.accessClaims()).doesNotContainKey("sid");
        assertThat(refreshed.refreshExpiresAt()).isEqualTo(login.refreshExpiresAt());
        assertThat(off.logout(refreshToken(refreshed))).isFalse();
    }

    @Test
    void userIdIsInTheClaimThatTheApplicationNames() {
        SessionTokens named = lenient.tokens("uid");
        TokenGrant grant = named.login("42", METADATA);
        assertThat(grant.accessClaims()).containsEntry("uid", "42").doesNotContainKey("sub");
        Map<String, Object> claims = refreshToken(grant);
        claims.put("uid", 42);
        assertThat(named.refresh(claims, METADATA).session().userId()).isEqualTo("42");
    }
}
