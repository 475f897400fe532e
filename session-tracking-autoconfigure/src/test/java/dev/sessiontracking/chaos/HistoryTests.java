// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static dev.sessiontracking.core.SessionChecker.Result.ENDED_BY_CACHE;
import static dev.sessiontracking.core.SessionChecker.Result.ENDED_BY_DENYLIST;
import static dev.sessiontracking.core.SessionChecker.Result.ENDED_BY_STORE;
import static dev.sessiontracking.core.SessionChecker.Result.LIVE_BY_CACHE;
import static dev.sessiontracking.core.SessionChecker.Result.LIVE_BY_STORE;
import static dev.sessiontracking.core.SessionChecker.Result.UNVERIFIED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.SessionChecker.Result;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The judge is judged: histories made by hand, in milliseconds, that it must reject or let pass. */
class HistoryTests {

    private static final Duration STALENESS = Duration.ofMillis(500);

    private static final Duration SHARING = Duration.ofMillis(100);

    private final History history = new History();

    @BeforeEach
    void loginFrom0To10ForAMinute() {
        history.login(new History.Login("s", ms(0), ms(10), Duration.ofMinutes(1)));
    }

    private static long ms(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    /** The rule that a check of node 2, which takes one millisecond, breaks; null for none. */
    private @Nullable String broken(long start, Result answer) {
        return broken(2, start, answer);
    }

    private @Nullable String broken(int node, long start, Result answer) {
        List<History.Violation> violations = history.violations(
                List.of(new History.Check(node, "s", ms(start), ms(start + 1), answer)), STALENESS, SHARING);
        return violations.isEmpty() ? null : violations.get(0).rule();
    }

    @Test
    void liveIsRightWhileNothingEndsIt() {
        assertThat(broken(11, LIVE_BY_CACHE)).isNull();
        assertThat(broken(11, LIVE_BY_STORE)).isNull();
        assertThat(broken(11, UNVERIFIED)).isNull();
    }

    @Test
    void endedIsWrongWhileNothingEndsIt() {
        assertThat(broken(11, ENDED_BY_CACHE)).isEqualTo("wrongly rejected");
        assertThat(broken(11, ENDED_BY_STORE)).isEqualTo("wrongly rejected");
        assertThat(broken(11, ENDED_BY_DENYLIST)).isEqualTo("wrongly rejected");
    }

    @Test
    void anythingIsRightWhileARevocationIsUnderWay() {
        history.revoked(1, "s", ms(100), ms(200));
        for (Result answer : Result.values()) {
            assertThat(broken(150, answer)).as("%s", answer).isNull();
        }
        assertThat(broken(98, ENDED_BY_STORE)).isEqualTo("wrongly rejected");
    }

    @Test
    void theCacheMayBeStaleForTheBound() {
        history.revoked(1, "s", ms(100), ms(200));
        assertThat(broken(700, LIVE_BY_CACHE)).isNull();
        assertThat(broken(701, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
    }

    @Test
    void theStoreMayBeStaleForAsLongAsAQuestionIsShared() {
        history.revoked(1, "s", ms(100), ms(200));
        assertThat(broken(300, LIVE_BY_STORE)).isNull();
        assertThat(broken(301, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void theNodeThatRevokedAcceptsNothingMore() {
        history.revoked(1, "s", ms(100), ms(200));
        for (Result answer : List.of(LIVE_BY_CACHE, LIVE_BY_STORE, UNVERIFIED)) {
            assertThat(broken(1, 201, answer)).isEqualTo("accepted by the node that revoked it");
        }
        assertThat(broken(1, 201, ENDED_BY_DENYLIST)).isNull();
        assertThat(broken(2, 201, UNVERIFIED)).isNull();
    }

    @Test
    void aKeptRevocationBindsTheNodeThatKeepsIt() {
        history.revocationKept(1, "s", ms(100), ms(200));
        assertThat(broken(1, 201, UNVERIFIED)).isEqualTo("accepted by the node that revoked it");
        assertThat(broken(2, 10_000, LIVE_BY_STORE)).isNull();
        assertThat(broken(2, 10_000, ENDED_BY_STORE)).isNull();
    }

    @Test
    void aCommandOfUnknownOutcomeAllowsBoth() {
        history.perhapsRevoked("s", ms(100));
        assertThat(broken(10_000, LIVE_BY_STORE)).isNull();
        assertThat(broken(10_000, ENDED_BY_STORE)).isNull();
        assertThat(broken(98, ENDED_BY_STORE)).isEqualTo("wrongly rejected");
    }

    @Test
    void aFlushEndsWhatWasThere() {
        history.flushed(ms(100), ms(200));
        assertThat(broken(150, ENDED_BY_CACHE)).isNull();
        assertThat(broken(701, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
        assertThat(broken(301, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void aFlushDuringTheLoginAllowsBoth() {
        history.flushed(ms(5), ms(7));
        assertThat(broken(10_000, LIVE_BY_CACHE)).isNull();
        assertThat(broken(10_000, ENDED_BY_CACHE)).isNull();
    }

    @Test
    void aFlushBeforeTheLoginEndsNothing() {
        history.flushed(ms(-20), ms(-10));
        assertThat(broken(11, ENDED_BY_CACHE)).isEqualTo("wrongly rejected");
    }

    @Test
    void theCacheAcceptsNothingAfterTheExpiry() {
        assertThat(broken(59_990, LIVE_BY_CACHE)).isNull();
        assertThat(broken(60_012, LIVE_BY_CACHE)).isEqualTo("accepted by cache after expiry");
        assertThat(broken(60_112, LIVE_BY_STORE)).isEqualTo("accepted by store");
        assertThat(broken(59_998, ENDED_BY_CACHE)).isNull();
        assertThat(broken(59_990, ENDED_BY_CACHE)).isEqualTo("wrongly rejected");
    }

    @Test
    void aFlushLosesTheRevocationOfALoginWithoutASession() {
        history.untracked(new History.Login("s", ms(0), ms(10), Duration.ofMinutes(1)));
        history.revoked(1, "s", ms(100), ms(200));
        assertThat(broken(701, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
        history.flushed(ms(800), ms(900));
        assertThat(broken(790, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
        assertThat(broken(2_000, LIVE_BY_CACHE)).isNull();
        assertThat(broken(1, 2_000, UNVERIFIED)).isEqualTo("accepted by the node that revoked it");
    }

    @Test
    void aFlushEndsNoLoginWithoutASession() {
        history.untracked(new History.Login("s", ms(0), ms(10), Duration.ofMinutes(1)));
        history.flushed(ms(100), ms(200));
        history.rolledBack(ms(5), ms(300), ms(400));
        assertThat(broken(701, ENDED_BY_CACHE)).isEqualTo("wrongly rejected");
        assertThat(broken(701, LIVE_BY_CACHE)).isNull();
    }

    @Test
    void whatEndedALoginHasEndedTheSessionThatItIsRegisteredAs() {
        history.untracked(new History.Login("login", ms(-20), ms(-10), Duration.ofMinutes(1)));
        history.revoked(1, "login", ms(-8), ms(-5));
        history.registered("login", "s");
        assertThat(broken(1_000, LIVE_BY_STORE)).isEqualTo("accepted by store");
        assertThat(broken(1_000, ENDED_BY_STORE)).isNull();
    }

    @Test
    void loginBetweenWhoseWritesASnapshotWasTakenMayBeUnlisted() {
        history.rolledBack(ms(5), ms(100), ms(200));
        history.revoked(1, "s", ms(300), ms(301));
        assertThat(broken(5_000, LIVE_BY_STORE)).isNull();
    }

    @Test
    void loginBeforeASnapshotIsListed() {
        history.rolledBack(ms(20), ms(100), ms(200));
        history.revoked(1, "s", ms(300), ms(301));
        assertThat(broken(5_000, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void cutoffEndsWhatBeganBeforeOnAllNodesWithinASecond() {
        history.cutoffs.add(1, 100, ms(100), ms(110), ms(110));
        assertThat(broken(1, 120, LIVE_BY_CACHE)).isEqualTo("accepted by the node that revoked it");
        assertThat(broken(1_000, LIVE_BY_CACHE)).isNull();
        assertThat(broken(2_000, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
        assertThat(broken(200, ENDED_BY_STORE)).isNull();
        assertThat(broken(50, ENDED_BY_STORE)).isEqualTo("wrongly rejected");
    }

    @Test
    void cutoffIsMissedByANodeWhoseInvalidationsAreLost() {
        history.blind(2, ms(50), ms(5_050));
        history.cutoffs.add(1, 100, ms(100), ms(110), ms(110));
        assertThat(broken(5_900, LIVE_BY_STORE)).isNull();
        assertThat(broken(7_000, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void pendingCutoffIsEnforcedByItsNodeOnly() {
        history.cutoffs.add(1, 100, ms(100), History.NEVER, ms(110));
        assertThat(broken(1, 120, LIVE_BY_CACHE)).isEqualTo("accepted by the node that revoked it");
        assertThat(broken(5_000, LIVE_BY_CACHE)).isNull();
    }

    @Test
    void forkIsExcusedOnlyByALossOfTheLaterRotation() {
        NodeClient.Answer answer = new NodeClient.Answer(2, ms(50), ms(60), 200, null, List.of(), false, List.of());
        List<Rotations.Fork> forks = List.of(new Rotations.Fork("s", 2, ms(40), answer));
        assertThat(Rotations.judge(forks, history)).hasSize(1);
        history.rolledBack(ms(1), ms(5), ms(30));
        assertThat(Rotations.judge(forks, history)).hasSize(1);
        history.rolledBack(ms(30), ms(45), ms(50));
        assertThat(Rotations.judge(forks, history)).isEmpty();
    }
}
