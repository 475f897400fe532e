// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

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

/** The judge is judged about what is kept, lost, undone and carried out again: node 1 revokes, node 2 is asked; milliseconds. */
class UndoneHistoryTests {

    private final History history = new History();

    @BeforeEach
    void loginFrom0To10() {
        history.login(new History.Login("s", ms(0), ms(10), Duration.ofDays(1)));
    }

    private static long ms(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    private void seenGone(int node, long from, long until) {
        history.seenGone(node, "s", ms(from), ms(until));
    }

    /** The rule that a check, which takes one millisecond, breaks; null for none. */
    private @Nullable String broken(int node, long start, Result answer) {
        List<History.Violation> violations = history.violations(
                List.of(new History.Check(node, "s", ms(start), ms(start + 1), answer)),
                FleetRun.STALENESS,
                FleetRun.SHARING);
        return violations.isEmpty() ? null : violations.get(0).rule();
    }

    @Test
    void whatANodeKeepsStaysGoneOnceItWasSeenToBe() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        assertThat(broken(2, 20_000, LIVE_BY_STORE)).isNull();
        seenGone(History.BY_HAND, 5_200, 5_210);
        assertThat(broken(2, 5_310, LIVE_BY_STORE)).isNull();
        assertThat(broken(2, 5_311, LIVE_BY_STORE)).isEqualTo("accepted by store");
        assertThat(broken(2, 5_710, LIVE_BY_CACHE)).isNull();
        assertThat(broken(2, 5_711, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
        assertThat(broken(2, 5_711, UNVERIFIED)).isNull();
    }

    @Test
    void whatWasSeenBeforeTheRevocationSaysNothing() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        seenGone(History.BY_HAND, 3_099, 3_200);
        assertThat(broken(2, 20_000, LIVE_BY_STORE)).isNull();
    }

    @Test
    void whatABlindNodeSawSaysNothing() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        history.blind(2, ms(4_000), ms(9_000));
        seenGone(2, 5_200, 5_210);
        assertThat(broken(3, 20_000, LIVE_BY_STORE)).isNull();
        seenGone(3, 5_200, 5_210);
        assertThat(broken(2, 20_000, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void whatACutoffMayHaveEndedOnOneNodeSaysNothing() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        history.cutoffs.add(1, 0, ms(4_000), History.NEVER, History.NEVER);
        seenGone(2, 5_200, 5_210);
        assertThat(broken(3, 20_000, LIVE_BY_STORE)).isNull();
        seenGone(2, 3_200, 3_210);
        assertThat(broken(3, 20_000, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void pendingCutoffHoldsEverywhereASecondAfterTheServerWasSeenToHaveIt() {
        history.cutoffs.add(1, 100, ms(3_000), History.NEVER, ms(3_100));
        history.cutoffs.seen(99, ms(5_000), ms(5_010));
        assertThat(broken(2, 20_000, LIVE_BY_STORE)).isNull();
        history.cutoffs.seen(100, ms(5_000), ms(5_010));
        assertThat(broken(2, 6_110, LIVE_BY_STORE)).isNull();
        assertThat(broken(2, 6_111, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void whatIsKeptIsDueUntilItWasSeen() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        assertThat(history.due(true, life -> life == 1, false)).containsExactly("s");
        assertThat(history.due(false, life -> life == 1, false)).isEmpty();
        assertThat(history.due(true, life -> life == 2, true))
                .as("its node was killed")
                .isEmpty();
        seenGone(History.BY_HAND, 5_200, 5_210);
        assertThat(history.due(true, life -> true, false)).isEmpty();
        assertThat(history.due(true, life -> true, true)).containsExactly("s");
    }

    @Test
    void whatIsConfirmedIsDueWhenNodesReconnect() {
        history.revoked(History.BY_HAND, "s", ms(3_000), ms(3_100));
        assertThat(history.due(true, life -> true, true)).as("no node knows").isEmpty();
        history.revoked(1, "s", ms(3_000), ms(3_100));
        assertThat(history.due(true, life -> true, false)).isEmpty();
        assertThat(history.due(true, life -> true, true)).containsExactly("s");
    }

    @Test
    void latestCutoffOfALivingNodeIsDue() {
        history.cutoffs.add(1, 100, ms(3_000), ms(3_100), ms(3_100));
        history.cutoffs.add(2, 200, ms(3_200), History.NEVER, ms(3_300));
        history.cutoffs.add(2, 300, ms(3_400), History.NEVER, History.NEVER);
        assertThat(history.cutoffs.latest(life -> true)).isEqualTo(200);
        assertThat(history.cutoffs.latest(life -> life == 1)).isEqualTo(100);
        assertThat(history.cutoffs.latest(life -> false)).isZero();
    }

    @Test
    void whatIsRolledBackMayBeAcceptedUntilItIsSeenGoneAgain() {
        history.revoked(1, "s", ms(3_000), ms(3_100));
        history.rolledBack(ms(2_000), ms(4_000), ms(4_500));
        assertThat(broken(2, 3_900, LIVE_BY_STORE)).isEqualTo("accepted by store");
        seenGone(History.BY_HAND, 4_400, 4_600);
        assertThat(broken(2, 20_000, LIVE_BY_STORE)).isNull();
        seenGone(History.BY_HAND, 5_200, 5_210);
        assertThat(broken(2, 5_310, LIVE_BY_STORE)).isNull();
        assertThat(broken(2, 5_311, LIVE_BY_STORE)).isEqualTo("accepted by store");
        assertThat(broken(1, 4_600, LIVE_BY_STORE)).isEqualTo("accepted by the node that revoked it");
    }

    @Test
    void whatWasAcknowledgedBeforeTheSnapshotIsNotRolledBack() {
        history.revoked(1, "s", ms(1_000), ms(1_100));
        history.rolledBack(ms(2_000), ms(4_000), ms(4_500));
        assertThat(broken(2, 4_600, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void nobodyKnowsOfADeletionByHandThatIsRolledBack() {
        history.revoked(History.BY_HAND, "s", ms(3_000), ms(3_100));
        history.rolledBack(ms(2_000), ms(4_000), ms(4_500));
        assertThat(broken(2, 20_000, LIVE_BY_STORE)).isNull();
        assertThat(broken(2, 20_000, ENDED_BY_STORE)).isNull();
    }

    @Test
    void aLoginAfterTheSnapshotMayBeGone() {
        history.rolledBack(ms(5), ms(4_000), ms(4_500));
        assertThat(broken(2, 3_900, ENDED_BY_STORE)).isEqualTo(History.WRONGLY_REJECTED);
        assertThat(broken(2, 4_600, ENDED_BY_STORE)).isNull();
    }

    @Test
    void whatIsPutBackMayBeAcceptedUntilItIsSeenGoneAgain() {
        history.revoked(1, "s", ms(3_000), ms(3_100));
        history.putBack("s", ms(4_000), ms(4_100));
        assertThat(broken(2, 20_000, LIVE_BY_STORE)).isNull();
        seenGone(History.BY_HAND, 7_200, 7_210);
        assertThat(broken(2, 7_310, LIVE_BY_STORE)).isNull();
        assertThat(broken(2, 7_311, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void aNodeThatIsNotPushedToMayKeepWhatItHasForAsLongAsItCannotKnow() {
        history.revoked(1, "s", ms(3_000), ms(3_100));
        history.blind(2, ms(2_900), ms(7_900));
        assertThat(broken(2, 8_400, LIVE_BY_CACHE)).isNull();
        assertThat(broken(2, 8_401, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
        assertThat(broken(2, 3_201, LIVE_BY_STORE)).isEqualTo("accepted by store");
        assertThat(broken(3, 3_601, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
    }

    @Test
    void whatEndedBeforeANodeWasBlindItMustKnow() {
        history.revoked(1, "s", ms(2_000), ms(2_100));
        history.blind(2, ms(2_900), ms(7_900));
        assertThat(broken(2, 3_000, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
    }

    @Test
    void whoeverGoesByTheTimeOfTheLoginMayRefuseALaterOne() {
        history.refusableOn(1, "s");
        assertThat(broken(1, 3_000, ENDED_BY_DENYLIST)).isNull();
        assertThat(broken(2, 3_000, ENDED_BY_DENYLIST)).isEqualTo(History.WRONGLY_REJECTED);
    }
}
