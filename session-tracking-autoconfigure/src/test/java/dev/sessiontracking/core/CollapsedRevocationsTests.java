package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to revocations of an outage that are more than a node may remember. */
class CollapsedRevocationsTests {

    private static final Duration TTL = Duration.ofDays(1);

    private static final int MOST = 5;

    private final MutableClock clock = MutableClock.startingNow();

    private final SwitchableStore store = new SwitchableStore();

    private final SessionTracking tracking = SessionTracking.over(
            store, null, new SessionTrackingSettings(OutagePolicy.PLAIN_JWT, TTL, TTL, MOST), clock);

    private final SessionService service = tracking.service();

    @AfterEach
    void close() {
        store.recover();
        tracking.close();
    }

    private List<UserSession> sessions(String userId, int count) {
        List<UserSession> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sessions.add(service.createSession(userId, SessionMetadata.none()));
        }
        return sessions;
    }

    private SessionStatus status(UserSession session) {
        return tracking.checker()
                .check(new TokenSession(session.id(), session.userId(), null))
                .status();
    }

    @Test
    void becomeOneOfTheirUserAndAreAppliedAsOne() {
        List<UserSession> alices = sessions("alice", MOST + 1);
        UserSession bobs = service.createSession("bob", SessionMetadata.none());
        store.fail();
        alices.forEach(session -> tracking.checker().revoke(TokenSession.of(session)));
        assertThat(tracking.pendingRevocations()).isLessThanOrEqualTo(MOST);
        assertThat(alices).allSatisfy(session -> assertThat(status(session)).isEqualTo(SessionStatus.ENDED));
        assertThat(status(bobs)).isEqualTo(SessionStatus.UNKNOWN);

        clock.advance(Duration.ofSeconds(1));
        store.recover();
        UserSession later = service.createSession("alice", SessionMetadata.none());
        await().until(() -> tracking.pendingRevocations() == 0);
        assertThat(alices).allSatisfy(session -> assertThat(status(session)).isEqualTo(SessionStatus.ENDED));
        assertThat(status(later)).isEqualTo(SessionStatus.LIVE);
        assertThat(status(bobs)).isEqualTo(SessionStatus.LIVE);
    }

    @Test
    void failLoudlyWhenNoUserHasTwoOfThem() {
        List<UserSession> sessions = new ArrayList<>();
        for (int i = 0; i <= MOST; i++) {
            sessions.addAll(sessions("user-" + i, 1));
        }
        store.fail();
        for (UserSession session : sessions.subList(0, MOST)) {
            tracking.checker().revoke(TokenSession.of(session));
        }
        UserSession oneTooMany = sessions.get(MOST);
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> tracking.checker().revoke(TokenSession.of(oneTooMany)));
        assertThat(sessions.subList(0, MOST))
                .allSatisfy(session -> assertThat(status(session)).isEqualTo(SessionStatus.ENDED));
    }
}
