// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.core.revocation.Revocation.OfSession;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Revocations of sessions, as this node remembers them. */
class RevocationDenylistTests {

    private static final Duration RETENTION = Duration.ofDays(7);

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final MutableClock clock = MutableClock.startingAt(NOW);

    private final RevocationDenylist memory = new RevocationDenylist(clock, RETENTION, 3);

    @Test
    void deniesASessionAndNoOther() {
        assertThat(memory.deny("a", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.isDenied("a")).isTrue();
        assertThat(memory.isDenied("a", "alice", null)).isTrue();
        assertThat(memory.isDenied("b")).isFalse();
    }

    @Test
    void forgetsASessionThatWasNotThere() {
        assertThat(memory.forget(memory.deny("a", SessionEndReason.REVOKED, null, null)))
                .isFalse();
        assertThat(memory.isDenied("a")).isFalse();
        assertThat(memory.size()).isZero();
    }

    @Test
    void forgetsASessionOfWhichAllSayThatItWasNotThere() {
        Denial first = memory.deny("a", SessionEndReason.REVOKED, null, null);
        Denial second = memory.deny("a", SessionEndReason.REVOKED, null, null);
        memory.forget(first);
        assertThat(memory.isDenied("a")).isTrue();
        memory.forget(second);
        assertThat(memory.isDenied("a")).isFalse();
        assertThat(memory.size()).isZero();
    }

    @Test
    void forgetsNoSessionThatWasRevokedBefore() {
        memory.deny("a", SessionEndReason.REVOKED, null, null);
        for (int i = 0; i < 3; i++) {
            memory.forget(memory.deny("a", SessionEndReason.REVOKED, null, null));
        }
        assertThat(memory.isDenied("a")).isTrue();
    }

    @Test
    void takingBackWhatIsLongOverForgetsNoLaterRevocation() {
        Denial old = memory.deny("a", SessionEndReason.REVOKED, null, null);
        clock.advance(RETENTION);
        memory.deny("a", SessionEndReason.REVOKED, null, null);
        memory.forget(old);
        assertThat(memory.isDenied("a")).isTrue();
    }

    @Test
    void deniesForAsLongAsATokenCanLive() {
        memory.deny("a", SessionEndReason.REVOKED, null, null);
        clock.advance(RETENTION.minusMillis(1));
        assertThat(memory.isDenied("a")).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(memory.isDenied("a")).isFalse();
    }

    private Denial confirmed(String sessionId) {
        Denial denial = memory.deny(sessionId, SessionEndReason.REVOKED, null, null);
        memory.confirm(denial);
        return denial;
    }

    @Test
    void repeatedRevocationsOfASessionTakeOnePlace() {
        for (int i = 0; i < 100; i++) {
            confirmed("a");
        }
        confirmed("b");
        confirmed("c");
        assertThat(memory.size()).isEqualTo(3);
        memory.deny("d", SessionEndReason.REVOKED, null, null);
        memory.deny("e", SessionEndReason.REVOKED, null, null);
        memory.deny("f", SessionEndReason.REVOKED, null, null);
        assertThat(memory.deny("g", SessionEndReason.REVOKED, null, null)).isNull();
    }

    @Test
    void listsWhatItDenies() {
        memory.deny("over", SessionEndReason.REVOKED, null, null);
        clock.advance(RETENTION);
        confirmed("a");
        assertThat(memory.deniedSessions()).containsExactly("a");
    }

    // sessions that may begin again

    private boolean isDeniedToLoginAt(@Nullable Instant authenticatedAt) {
        return memory.isDenied("a", "alice", authenticatedAt, true);
    }

    @Test
    void sessionBeginsAgainWithALoginAfterItsRevocation() {
        confirmed("a");
        assertThat(isDeniedToLoginAt(NOW.plusMillis(1))).isFalse();
        assertThat(isDeniedToLoginAt(NOW)).isTrue();
        assertThat(isDeniedToLoginAt(null)).isTrue();
        assertThat(memory.isDenied("a", "alice", NOW.plusMillis(1), false)).isTrue();
    }

    @Test
    void sessionDoesNotBeginAgainBeforeItsRevocationIsConfirmed() {
        Denial denial = memory.deny("a", SessionEndReason.REVOKED, null, null);
        assertThat(isDeniedToLoginAt(NOW.plusMillis(1))).isTrue();
        memory.keep(denial, false);
        assertThat(isDeniedToLoginAt(NOW.plusMillis(1))).isTrue();
    }

    @Test
    void latestTimeOfARevocationCountsButNoneOfTheFuture() {
        for (int seconds : List.of(-9, -5, -7)) {
            memory.denyAnnounced("a", "owner", NOW.plusSeconds(seconds));
        }
        assertThat(memory.reappliable(List.of("a"))).containsEntry("a", NOW.minusSeconds(5));
        memory.denyAnnounced("a", "owner", NOW.plusSeconds(60));
        assertThat(memory.reappliable(List.of("a"))).containsEntry("a", NOW);
    }

    // reapplying

    @Test
    void revocationUnderWayIsReappliedWhenTheLastCallIsConfirmed() {
        Denial first = memory.deny("a", SessionEndReason.REVOKED, null, null);
        Denial second = memory.deny("a", SessionEndReason.REVOKED, null, null);
        assertThat(memory.reappliable(List.of("a", "unknown"))).isEmpty();
        assertThat(memory.confirm(first)).isFalse();
        assertThat(memory.confirm(second)).isTrue();
        assertThat(memory.reappliable(List.of("a"))).containsOnlyKeys("a");
        assertThat(memory.confirm(memory.deny("a", SessionEndReason.REVOKED, null, null)))
                .isFalse();
    }

    @Test
    void nothingIsReappliedThatNobodyAskedFor() {
        Denial other = memory.deny("a", SessionEndReason.REVOKED, null, null);
        assertThat(memory.confirm(memory.deny("a", SessionEndReason.REVOKED, null, null)))
                .isFalse();
        assertThat(memory.confirm(other)).isFalse();
        assertThat(memory.confirm(memory.deny("a", SessionEndReason.REVOKED, null, null)))
                .isFalse();
        assertThat(memory.forget(memory.deny("a", SessionEndReason.REVOKED, null, null)))
                .isFalse();
    }

    @Test
    void revocationThatFoundNothingIsReappliedIfAnEarlierOneIsRemembered() {
        confirmed("a");
        Denial again = memory.deny("a", SessionEndReason.REVOKED, null, null);
        assertThat(memory.reappliable(List.of("a"))).isEmpty();
        assertThat(memory.forget(again)).isTrue();
    }

    @Test
    void pendingRevocationIsNotReapplied() {
        Denial denial = memory.deny("a", SessionEndReason.REVOKED, null, null);
        assertThat(memory.reappliable(List.of("a"))).isEmpty();
        memory.keep(denial, false);
        assertThat(memory.reappliable(List.of("a"))).isEmpty();
        memory.applied(new OfSession("a", null, null, SessionEndReason.REVOKED, false, null));
        assertThat(memory.reappliable(List.of("a"))).containsOnlyKeys("a");
        assertThat(memory.confirm(memory.deny("a", SessionEndReason.REVOKED, null, null)))
                .isFalse();
    }
}
