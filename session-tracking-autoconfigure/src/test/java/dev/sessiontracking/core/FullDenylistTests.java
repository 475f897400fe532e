// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Revocations when the denylist is full. */
class FullDenylistTests {

    private static final Duration TTL = Duration.ofDays(1);

    private static final int MOST = 100;

    private final SwitchableStore store = new SwitchableStore();

    private final SessionTracking tracking = new SessionTracking(
            store,
            null,
            new Settings(OutagePolicy.PLAIN_JWT, Lifetimes.of(TTL), TTL, MOST),
            MutableClock.startingNow());

    private final SessionService service = tracking.service();

    @AfterEach
    void close() {
        store.recover();
        tracking.close();
    }

    private UserSession login(String userId) {
        return service.createSession(userId, SessionMetadata.none());
    }

    private List<UserSession> logins(String userId, int count) {
        return IntStream.range(0, count).mapToObj(i -> login(userId)).toList();
    }

    private boolean logOut(UserSession session) {
        return tracking.checker().revoke(new TokenSession(session.id(), session.userId(), null));
    }

    private SessionStatus status(UserSession session) {
        return tracking.checker()
                .check(new TokenSession(session.id(), session.userId(), null))
                .status();
    }

    @Test
    void loginsAndLogoutsBeforeAnOutageLeaveRoomForItsRevocations() {
        UserSession one = login("alice");
        UserSession other = login("alice");
        UserSession bobs = login("bob");
        logins("carol", MOST + 10).forEach(this::logOut);
        store.fail();

        assertThat(logOut(one)).isTrue();
        assertThat(service.revokeSession(other.id())).isTrue();
        assertThat(service.revokeAllUserSessions("bob")).isEqualTo(new RevokedSessions(0, true));

        assertThat(tracking.pendingRevocations()).isEqualTo(3);
        assertThat(List.of(one, other, bobs))
                .allSatisfy(session -> assertThat(status(session)).isEqualTo(SessionStatus.ENDED));
        store.recover();
        await().until(() -> tracking.pendingRevocations() == 0);
        assertThat(List.of(one, other, bobs))
                .noneSatisfy(session -> assertThat(store.holds(session.id())).isTrue());
    }

    @Test
    void outageAfterOutageLeavesRoomForRevocationsOfUsers() {
        for (int outage = 0; outage < 3; outage++) {
            store.fail();
            for (int i = 0; i < MOST; i++) {
                service.revokeAllUserSessions("user-" + outage + "-" + i);
            }
            assertThat(tracking.pendingRevocations()).isEqualTo(MOST);
            store.recover();
            await().until(() -> tracking.pendingRevocations() == 0);
        }
    }

    @Test
    void loopOfOneUserDisplacesNoPendingRevocationOfAnother() {
        UserSession alices = login("alice");
        store.fail();
        logOut(alices);
        // A part of the store answers again, alice's does not.
        store.recoverExcept(alices.id());
        logins("mallory", 2 * MOST).forEach(this::logOut);
        store.fail();
        assertThat(status(alices)).isEqualTo(SessionStatus.ENDED);
        assertThat(tracking.pendingRevocations()).isEqualTo(1);
    }

    @Test
    void fullOfUnconfirmedRevocationsFailsLoudlyAndEndsNothingThatNobodyAskedFor() {
        List<UserSession> alices = logins("alice", MOST + 2);
        store.fail();
        alices.subList(0, MOST).forEach(this::logOut);
        UserSession oneTooMany = alices.get(MOST);
        UserSession untouched = alices.get(MOST + 1);

        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> logOut(oneTooMany))
                .withMessageContaining("full of unconfirmed revocations");
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> service.revokeAllUserSessions("bob"));

        assertThat(alices.subList(0, MOST))
                .allSatisfy(session -> assertThat(status(session)).isEqualTo(SessionStatus.ENDED));
        assertThat(status(oneTooMany)).isEqualTo(SessionStatus.UNKNOWN);
        store.recover();
        await().until(() -> tracking.pendingRevocations() == 0);
        assertThat(service.getUserSessions("alice")).containsExactlyInAnyOrder(oneTooMany, untouched);
    }
}
