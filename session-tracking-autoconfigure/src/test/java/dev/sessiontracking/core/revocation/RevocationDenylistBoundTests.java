// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.core.revocation.Revocation.OfSession;
import dev.sessiontracking.core.revocation.Revocation.OfUser;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** How many revocations a node remembers, and which it forgets for others. */
@ExtendWith(OutputCaptureExtension.class)
class RevocationDenylistBoundTests {

    private static final Duration RETENTION = Duration.ofDays(7);

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final MutableClock clock = MutableClock.startingAt(NOW);

    private final RevocationDenylist memory = new RevocationDenylist(clock, RETENTION, 3);

    private static OfUser ofUser(String userId, Instant until, @Nullable String except) {
        return new OfUser(userId, until, except, SessionEndReason.REVOKED);
    }

    @Test
    void deniesAKnownSessionAgainEvenWhenFull() {
        memory.deny("a", SessionEndReason.REVOKED, null, null);
        memory.deny("b", SessionEndReason.REVOKED, null, null);
        memory.deny("c", SessionEndReason.REVOKED, null, null);
        clock.advance(RETENTION.minusDays(1));
        assertThat(memory.deny("a", SessionEndReason.REVOKED, null, null)).isNotNull();
        clock.advance(Duration.ofDays(2));
        assertThat(memory.isDenied("a")).isTrue();
    }

    private Denial confirmed(String sessionId) {
        Denial denial = memory.deny(sessionId, SessionEndReason.REVOKED, null, null);
        memory.confirm(denial);
        return denial;
    }

    @Test
    void remembersNoMoreThanFitWhenNoneIsConfirmed() {
        assertThat(memory.deny("a", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.deny("b", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.deny(ofUser("alice", NOW, null))).isTrue();
        assertThat(memory.deny("c", SessionEndReason.REVOKED, null, null)).isNull();
        assertThat(memory.deny(ofUser("bob", NOW, null))).isFalse();
        assertThat(memory.size()).isEqualTo(3);
        assertThat(memory.isDenied("a")).isTrue();
        assertThat(memory.isDenied("b")).isTrue();
        assertThat(memory.isDenied("c")).isFalse();
    }

    @Test
    void newRevocationDisplacesTheOldestConfirmedOne() {
        memory.deny("unconfirmed", SessionEndReason.REVOKED, null, null);
        confirmed("older");
        confirmed("newer");
        assertThat(memory.deny("a", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.isDenied("older")).isFalse();
        assertThat(memory.isDenied("newer")).isTrue();
        assertThat(memory.deny("b", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.isDenied("newer")).isFalse();
        assertThat(memory.isDenied("unconfirmed")).isTrue();
        assertThat(memory.deny("c", SessionEndReason.REVOKED, null, null)).isNull();
    }

    @Test
    void appliedRevocationsOfUsersAreDisplacedLastAndTheOldestFirst() {
        for (String user : List.of("alice", "bob")) {
            memory.deny(ofUser(user, NOW, null));
            memory.applied(ofUser(user, NOW, null));
        }
        confirmed("a");
        memory.deny("b", SessionEndReason.REVOKED, null, null);
        assertThat(memory.isDenied("a")).isFalse();
        memory.deny("c", SessionEndReason.REVOKED, null, null);
        assertThat(memory.users().deniesWithoutSession("alice", null)).isFalse();
        assertThat(memory.users().deniesWithoutSession("bob", null)).isTrue();
        memory.deny("d", SessionEndReason.REVOKED, null, null);
        assertThat(memory.users().deniesWithoutSession("bob", null)).isFalse();
        assertThat(memory.deny("e", SessionEndReason.REVOKED, null, null)).isNull();
    }

    @Test
    void revocationIsUnconfirmedAsLongAsAnyCallOfItIs() {
        Denial first = memory.deny("a", SessionEndReason.REVOKED, null, null);
        memory.deny("a", SessionEndReason.REVOKED, null, null);
        memory.confirm(first);
        memory.deny("b", SessionEndReason.REVOKED, null, null);
        memory.deny("c", SessionEndReason.REVOKED, null, null);
        assertThat(memory.deny("d", SessionEndReason.REVOKED, null, null)).isNull();
        assertThat(memory.isDenied("a")).isTrue();
    }

    @Test
    void pendingRevocationIsNotDisplacedUntilItIsApplied() {
        memory.keep(memory.deny("a", SessionEndReason.REVOKED, null, null), false);
        memory.deny("b", SessionEndReason.REVOKED, null, null);
        memory.deny("c", SessionEndReason.REVOKED, null, null);
        assertThat(memory.deny("d", SessionEndReason.REVOKED, null, null)).isNull();
        memory.applied(new OfSession("a", null, null, SessionEndReason.REVOKED, false, null));
        assertThat(memory.deny("d", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.isDenied("a")).isFalse();
    }

    @Test
    void confirmedRevocationThatIsPendingOnceMoreIsNotDisplaced() {
        confirmed("a");
        memory.keep(memory.deny("a", SessionEndReason.REVOKED, null, null), false);
        memory.deny("b", SessionEndReason.REVOKED, null, null);
        memory.deny("c", SessionEndReason.REVOKED, null, null);
        assertThat(memory.deny("d", SessionEndReason.REVOKED, null, null)).isNull();
        assertThat(memory.isDenied("a")).isTrue();
        memory.applied(new OfSession("a", null, null, SessionEndReason.REVOKED, false, null));
        assertThat(memory.deny("d", SessionEndReason.REVOKED, null, null)).isNotNull();
    }

    @Test
    void revocationsSeenElsewhereAreDisplacedLikeConfirmedOnes() {
        for (int i = 0; i < 100; i++) {
            memory.denyAnnounced("elsewhere-" + i, null, NOW);
        }
        assertThat(memory.isDenied("elsewhere-99")).isTrue();
        assertThat(memory.size()).isEqualTo(3);
        assertThat(memory.deny("a", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.deny("b", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.deny("c", SessionEndReason.REVOKED, null, null)).isNotNull();
        memory.denyAnnounced("one-more", null, NOW);
        assertThat(memory.isDenied("one-more")).isFalse();
    }

    @Test
    void madeUpIdsDisplaceNoMoreThanOne() {
        confirmed("a");
        confirmed("b");
        confirmed("c");
        for (int i = 0; i < 100; i++) {
            memory.forget(memory.deny("made-up-" + i, SessionEndReason.REVOKED, null, null));
        }
        assertThat(memory.isDenied("b")).isTrue();
        assertThat(memory.isDenied("c")).isTrue();
    }

    /** A user who logs in and out all the time must not keep others logged in. */
    @Test
    void oneUserDisplacesOwnRevocationsOnly() {
        RevocationDenylist large = new RevocationDenylist(clock, RETENTION, 1_000);
        for (int i = 0; i < 100; i++) {
            large.confirm(large.deny("victim-" + i, null, "owner-" + i, null));
        }
        for (int i = 0; i < 5_000; i++) {
            large.confirm(large.deny("loop-" + i, null, "attacker", null));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(large.isDenied("victim-" + i)).isTrue();
        }
        assertThat(large.isDenied("loop-4999")).isTrue();
        assertThat(large.size()).isEqualTo(1_000);
    }

    /** Invalidations do not say whose sessions they are, and come before the announcements. */
    @Test
    void oneUserDisplacesOwnRevocationsAlsoIfInvalidationsComeFirst() {
        RevocationDenylist large = new RevocationDenylist(clock, RETENTION, 1_000);
        for (int i = 0; i < 100; i++) {
            large.denyAnnounced("victim-" + i, "owner-" + i, NOW);
        }
        for (int i = 0; i < 5_000; i++) {
            large.denyAnnounced("loop-" + i, null, NOW);
            large.denyAnnounced("loop-" + i, "attacker", NOW);
            assertThat(i > 100 || large.isDenied("loop-0")).as("there is room").isTrue();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(large.isDenied("victim-" + i)).isTrue();
        }
        assertThat(large.isDenied("loop-4999")).isTrue();
        assertThat(large.size()).isLessThanOrEqualTo(1_000);
    }

    @Test
    void userWithNoMoreThanTheShareDisplacesTheOldestOfAll() {
        RevocationDenylist small = new RevocationDenylist(clock, RETENTION, 12);
        String neighbour = IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "owner-" + i)
                .filter(owner -> Math.floorMod(owner.hashCode() - "alice".hashCode(), 256) == 0)
                .findFirst()
                .orElseThrow();
        small.denyAnnounced("oldest", "bob", NOW);
        small.denyAnnounced("of the same queue", neighbour, NOW);
        for (int i = 0; i < 11; i++) {
            small.denyAnnounced("alices-" + i, "alice", NOW);
        }
        assertThat(small.isDenied("oldest")).isFalse();
        assertThat(small.isDenied("alices-0")).isTrue();
        small.denyAnnounced("alices-11", "alice", NOW);
        assertThat(small.isDenied("alices-0")).isFalse();
        assertThat(small.isDenied("of the same queue")).isTrue();
    }

    @Test
    void removesWhatHasExpired() {
        confirmed("a");
        confirmed("b");
        clock.advance(RETENTION);
        assertThat(memory.deny("c", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.size()).isEqualTo(1);
    }

    @Test
    void fullDenylistIsReportedOnce(CapturedOutput output) {
        for (int i = 0; i < 10; i++) {
            confirmed("session-" + i);
        }
        assertThat(output.getAll().split("The revocation denylist is full \\(3 entries\\)", -1))
                .hasSize(2);
        assertThat(output).contains("session.tracking.revocation.maximum-remembered");
    }
}
