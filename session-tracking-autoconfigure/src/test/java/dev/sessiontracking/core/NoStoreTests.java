// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class NoStoreTests {

    private final MutableClock clock = MutableClock.startingAt(Instant.parse("2030-01-01T00:00:00Z"));

    private final SessionService service =
            SessionTracking.off(Lifetimes.of(Duration.ofDays(7)), clock).service();

    @Test
    void createGivesAnUntrackedSession() {
        SessionMetadata metadata = SessionMetadata.of("203.0.113.7", "Firefox");
        assertThat(service.createSession("alice", "id", metadata))
                .isEqualTo(new UserSession(
                        "id",
                        "alice",
                        metadata,
                        clock.instant(),
                        clock.instant().plus(Duration.ofDays(7)),
                        false));
    }

    @Test
    void sameIdCanBeCreatedTwiceAsNothingIsKept() {
        service.createSession("alice", "id", SessionMetadata.none());
        assertThat(service.createSession("alice", "id", SessionMetadata.none()).id())
                .isEqualTo("id");
    }

    @Test
    void statusIsUnknownAndEverythingIsValid() {
        assertThat(service.getSessionStatus("id")).isEqualTo(SessionStatus.UNKNOWN);
        assertThat(service.isSessionValid("id")).isTrue();
        assertThat(service.renewSession("id")).isEqualTo(SessionRenewal.UNVERIFIED);
    }

    @Test
    void nothingIsRevoked() {
        assertThat(service.revokeSession("id")).isFalse();
        assertThat(service.revokeSession("alice", "id")).isFalse();
        assertThat(service.revokeAllUserSessions("alice")).isEqualTo(new RevokedSessions(0, false));
        assertThat(service.revokeOtherUserSessions("alice", "id")).isEqualTo(new RevokedSessions(0, false));
        assertThat(service.isSessionValid("id")).isTrue();
    }

    @Test
    void nothingIsFound() {
        service.createSession("alice", "id", SessionMetadata.none());
        assertThat(service.findSession("id")).isEmpty();
        assertThat(service.getUserSessions("alice")).isEmpty();
    }
}
