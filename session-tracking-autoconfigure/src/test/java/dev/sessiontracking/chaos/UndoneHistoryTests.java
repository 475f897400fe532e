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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The judge is judged about what is lost, undone and carried out again: node 1 revokes, node 2 is asked; milliseconds. */
class UndoneHistoryTests {

    private final History history = new History();

    private final List<Recoveries.Calm> calms = new ArrayList<>();

    private final Map<Integer, Long> deaths = new HashMap<>();

    private final List<History.Check> proofs = new ArrayList<>();

    @BeforeEach
    void loginFrom0To10AndACalmFrom5000To9000() {
        history.login(new History.Login("s", ms(0), ms(10), Duration.ofDays(1)));
        history.login(new History.Login("other", ms(0), ms(10), Duration.ofDays(1)));
        calms.add(new Recoveries.Calm(ms(5_000), ms(9_000), true));
    }

    private static long ms(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    private void proof(int node, long start, Result answer) {
        proofs.add(new History.Check(node, "other", ms(start), ms(start + 10), answer));
    }

    /** The rule that a check, which takes one millisecond, breaks; null for none. */
    private @Nullable String broken(int node, long start, Result answer) {
        Recoveries recoveries = new Recoveries(calms, deaths, proofs, FleetRun.STALENESS, Duration.ofSeconds(1));
        List<History.Violation> violations = history.violations(
                List.of(new History.Check(node, "s", ms(start), ms(start + 1), answer)),
                FleetRun.STALENESS,
                FleetRun.SHARING,
                recoveries);
        return violations.isEmpty() ? null : violations.get(0).rule();
    }

    @Test
    void whatANodeKeepsMustBeToldASecondAfterItsRecovery() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        proof(1, 5_200, LIVE_BY_STORE);
        assertThat(broken(2, 6_310, LIVE_BY_STORE)).isNull();
        assertThat(broken(2, 6_311, LIVE_BY_STORE)).isEqualTo("accepted by store");
        assertThat(broken(2, 6_710, LIVE_BY_CACHE)).isNull();
        assertThat(broken(2, 6_711, LIVE_BY_CACHE)).isEqualTo("accepted by cache");
        assertThat(broken(2, 6_711, UNVERIFIED)).isNull();
    }

    @Test
    void anAnswerOfTheCacheIsARecoveryOnlyWhenItsProofIsYounger() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        proof(1, 5_100, LIVE_BY_CACHE);
        assertThat(broken(2, 8_000, LIVE_BY_STORE)).isNull();
        proof(1, 5_500, LIVE_BY_CACHE);
        assertThat(broken(2, 8_000, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void whatNeedsNoProofIsNoRecovery() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        proof(1, 5_100, UNVERIFIED);
        proof(1, 5_100, ENDED_BY_DENYLIST);
        assertThat(broken(2, 8_000, LIVE_BY_STORE)).isNull();
    }

    @Test
    void aCalmThatIsTooShortAllowsMore() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        proof(1, 8_000, LIVE_BY_STORE);
        assertThat(broken(2, 20_000, LIVE_BY_STORE)).isNull();
        calms.add(new Recoveries.Calm(ms(12_000), ms(15_000), false));
        proof(1, 12_000, LIVE_BY_STORE);
        assertThat(broken(2, 20_000, LIVE_BY_STORE)).isEqualTo("accepted by store");
    }

    @Test
    void aNodeThatIsKilledTakesWhatItKeepsAlong() {
        history.revocationKept(1, "s", ms(3_000), ms(3_100));
        proof(1, 5_200, LIVE_BY_STORE);
        deaths.put(1, ms(6_000));
        assertThat(broken(2, 8_000, LIVE_BY_STORE)).isNull();
        assertThat(broken(1, 5_900, UNVERIFIED)).isEqualTo("accepted by the node that revoked it");
    }

    @Test
    void whatIsRolledBackMayBeAcceptedUntilTheNodeThatKnowsHasRecovered() {
        history.revoked(1, "s", ms(3_000), ms(3_100));
        history.rolledBack(ms(2_000), ms(4_000), ms(4_500));
        proof(1, 5_200, LIVE_BY_STORE);
        assertThat(broken(2, 3_900, LIVE_BY_STORE)).isEqualTo("accepted by store");
        assertThat(broken(2, 4_600, LIVE_BY_STORE)).isNull();
        assertThat(broken(2, 6_311, LIVE_BY_STORE)).isEqualTo("accepted by store");
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
        proof(1, 5_200, LIVE_BY_STORE);
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
    void whatIsPutBackIsRemovedAgainWithTheNextConnect() {
        history.revoked(1, "s", ms(3_000), ms(3_100));
        history.putBack("s", ms(4_000), ms(4_100));
        calms.add(0, new Recoveries.Calm(ms(4_500), ms(7_000), false));
        proof(1, 4_500, LIVE_BY_STORE);
        assertThat(broken(2, 6_000, LIVE_BY_STORE)).isNull();
        proof(1, 7_200, LIVE_BY_STORE);
        assertThat(broken(2, 8_310, LIVE_BY_STORE)).isNull();
        assertThat(broken(2, 8_311, LIVE_BY_STORE)).isEqualTo("accepted by store");
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
