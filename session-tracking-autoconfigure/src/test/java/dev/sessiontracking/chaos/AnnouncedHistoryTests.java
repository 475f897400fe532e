// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.chaos.History.Check;
import dev.sessiontracking.core.SessionChecker.Result;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that was connected after a revocation must reject the session during an outage. */
class AnnouncedHistoryTests {

    private static final int REVOKES = 1;

    private static final int CHECKS = 2;

    private final History history = new History();

    @BeforeEach
    void twoLogins() {
        history.announcing();
        history.login(new History.Login("revoked", ms(0), ms(10), Duration.ofMinutes(1)));
        history.login(new History.Login("live", ms(0), ms(10), Duration.ofMinutes(1)));
    }

    private static long ms(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    private static Check check(String session, long start, Result answer) {
        return new Check(CHECKS, session, ms(start), ms(start + 1), answer);
    }

    /** The rules that an unverified check at 9 s breaks if the node had an answer of its near cache at a moment. */
    private List<String> brokenAfterContact(long millis) {
        return brokenAfterContact("live", millis);
    }

    private List<String> brokenAfterContact(String live, long millis) {
        return history
                .violations(
                        List.of(check(live, millis, Result.LIVE_BY_CACHE), check("revoked", 9_000, Result.UNVERIFIED)),
                        Duration.ofMillis(500),
                        Duration.ofMillis(100))
                .stream()
                .map(History.Violation::rule)
                .toList();
    }

    @Test
    void itMustNotAcceptWhatWasRevokedBeforeItsLastContact() {
        history.revoked(REVOKES, "revoked", ms(1_000), ms(1_010));
        assertThat(brokenAfterContact(3_000)).containsExactly(History.ANNOUNCED);
    }

    @Test
    void itMayAcceptWhatWasRevokedSince() {
        history.revoked(REVOKES, "revoked", ms(1_000), ms(1_010));
        assertThat(brokenAfterContact(2_000)).isEmpty();
    }

    @Test
    void itMayAcceptWhatNobodyAnnounced() {
        history.revoked(History.BY_HAND, "revoked", ms(1_000), ms(1_010));
        history.revocationKept(REVOKES, "revoked", ms(1_000), ms(1_010));
        history.perhapsRevoked("revoked", ms(1_000));
        assertThat(brokenAfterContact(5_000)).isEmpty();
    }

    @Test
    void itMayAcceptWhatTheServerLostBeforeItWasRead() {
        history.revoked(REVOKES, "revoked", ms(1_000), ms(1_010));
        history.rolledBack(ms(900), ms(1_200), ms(1_300));
        assertThat(brokenAfterContact(5_000)).isEmpty();
    }

    @Test
    void itMayAcceptWhatTheServerLostBeforeItStarted() {
        history.revoked(REVOKES, "revoked", ms(1_000), ms(1_010));
        history.flushed(ms(4_000), ms(4_100));
        assertThat(brokenAfterContact(3_000)).containsExactly(History.ANNOUNCED);
        history.login(new History.Login("late", ms(4_200), ms(4_210), Duration.ofMinutes(1)));
        assertThat(brokenAfterContact("late", 6_000)).isEmpty();
    }
}
