// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which claims are issued and accepted, with a store, in an outage, and without a store. */
class SessionTokensTests {

    private static final Duration TTL = Duration.ofDays(7);

    private static final Lifetimes LIFETIMES = new Lifetimes(TTL, Duration.ofDays(30), Duration.ofSeconds(10));

    private static final SessionMetadata METADATA = SessionMetadata.of("203.0.113.7", "Firefox");

    private final MutableClock clock = MutableClock.startingAt(Instant.parse("2030-01-01T00:00:00Z"));

    private final SwitchableStore store = new SwitchableStore();

    private final SessionTracking lenient = tracking(OutagePolicy.PLAIN_JWT);

    private final SessionTracking strict = tracking(OutagePolicy.REJECT);

    private final SessionTokens tokens = lenient.tokens("sub");

    private final SessionTokens off = SessionTracking.off(LIFETIMES, clock).tokens("sub");

    private SessionTracking tracking(OutagePolicy policy) {
        return SessionTracking.over(store, null, new Settings(policy, LIFETIMES, TTL, 1_000), clock);
    }

    @AfterEach
    void close() {
        store.recoverSilently();
        lenient.close();
        strict.close();
    }

    /** As a decoder gives them to the application. */
    private static Map<String, Object> refreshToken(TokenGrant grant) {
        Map<String, Object> claims = new HashMap<>(grant.refreshClaims());
        claims.put("exp", grant.refreshExpiresAt());
        return claims;
    }

    private TokenGrant refresh(TokenGrant grant) {
        return tokens.refresh(refreshToken(grant), METADATA);
    }

    private static void assertEnded(SessionTokens tokens, Map<String, Object> claims) {
        assertThatExceptionOfType(SessionEndedException.class).isThrownBy(() -> tokens.refresh(claims, METADATA));
    }

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

    private TokenGrant register(String userId) {
        Instant login = clock.instant().minusSeconds(60);
        return tokens.register(
                userId, "hash-of-an-old-token", METADATA, login, clock.instant().plus(TTL));
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

    private static Map<String, Object> ofBob(Map<String, Object> claims) {
        Map<String, Object> bobs = new HashMap<>(claims);
        bobs.put("sub", "bob");
        return bobs;
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
    void absoluteLifetimeOfALoginOutlivesAnOutage() {
        store.fail();
        TokenGrant login = tokens.login("alice", METADATA, Duration.ofDays(90));
        TokenGrant during = refresh(login);
        store.recover();
        assertThat(refresh(during).session().maxExpiresAt())
                .isEqualTo(clock.instant().plus(Duration.ofDays(90)));
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
