// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.testkit.FaultProxy.Direction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each operation costs, as the server counts its commands and the network its round trips. */
class CommandCostTests extends ProxiedStoreFixture {

    /** What the index script does within the server, where it costs no round trip. */
    private static final Map<String, Long> INDEX_SCRIPT = Map.of(
            "time", 1L, "pttl", 1L, "zscore", 1L, "zadd", 1L, "zremrangebyscore", 1L, "zrange", 1L, "pexpireat", 1L);

    private static final Duration DELAY = Duration.ofMillis(30);

    @BeforeEach
    void sendScriptsOnce() {
        create("warm-up", "nobody");
        answer(store.renew("warm-up", TTL));
        answer(store.revokeAll("nobody", null, null, id -> {}));
    }

    @Test
    void validationIsOneCommand() {
        create("a", "alice");
        Cost cost = costOf(() -> store.exists("a"));
        assertThat(cost).isEqualTo(new Cost(Map.of("strlen", 1L), 1));
    }

    @Test
    void validationOfAnUnknownSessionIsOneCommand() {
        Cost cost = costOf(() -> store.exists("made-up"));
        assertThat(cost).isEqualTo(new Cost(Map.of("strlen", 1L), 1));
    }

    @Test
    void createIsTwoScriptsInOneRoundTrip() {
        Cost cost = costOf(() -> store.create(session("a", "alice"), TTL));
        assertThat(cost.without(INDEX_SCRIPT))
                .isEqualTo(new Cost(
                        Map.of("time", 1L, "strlen", 1L, "get", 2L, "set", 1L, "evalsha", 2L, "zrange", 1L), 1));
    }

    @Test
    void limitCostsOneRoundTripWhereItIsNotReached() {
        create("a", "alice");
        Cost cost = costOf(() -> store.create(session("b", "alice"), TTL, new Limit(5, true, null)));
        assertThat(cost.roundTrips()).isEqualTo(2);
        assertThat(cost.commands()).containsEntry("evalsha", 2L);
    }

    @Test
    void revokeIsTwoCommandsInOneRoundTripWhenTheUserIsKnown() {
        create("a", "alice");
        Cost cost = costOf(() -> store.revoke("a", "alice"));
        assertThat(cost).isEqualTo(new Cost(Map.of("del", 1L, "zrem", 1L), 1));
    }

    @Test
    void revokeIsThreeCommandsInTwoRoundTripsWhenTheUserIsNotKnown() {
        create("a", "alice");
        Cost cost = costOf(() -> store.revoke("a", null));
        assertThat(cost).isEqualTo(new Cost(Map.of("get", 1L, "del", 1L, "zrem", 1L), 2));
    }

    @Test
    void reapplyingRevocationsIsOneCommandHoweverManyThereAre() {
        create("a", "alice");
        create("b", "bob");
        Cost cost = costOf(() -> store.reapplyRevocations(List.of("a", "gone", "b")));
        assertThat(cost).isEqualTo(new Cost(Map.of("del", 1L), 1));
    }

    @Test
    void renewIsThreeRoundTripsTheFirstOfThemOnBothConnections() {
        create("a", "alice");
        Cost cost = costOf(() -> store.renew("a", TTL));
        assertThat(cost.roundTrips()).isEqualTo(4);
        assertThat(cost.commands()).containsEntry("evalsha", 3L);
    }

    @Test
    void rotationCostsWhatARenewalCosts() {
        create("a", "alice");
        SessionMetadata elsewhere = SessionMetadata.of("198.51.100.1", "Firefox on Android");
        Cost cost = costOf(() ->
                store.refresh("a", new Refresh(null, TTL, Duration.ofDays(30), elsewhere, 0L, Duration.ofSeconds(10))));
        assertThat(cost.roundTrips()).isEqualTo(4);
        assertThat(cost.commands()).containsEntry("evalsha", 3L).containsEntry("set", 1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 1000})
    void listIsTwoRoundTripsWhateverTheNumber(int sessions) {
        for (int i = 0; i < sessions; i++) {
            create("s" + i, "alice");
        }
        Cost cost = costOf(() -> store.findByUser("alice"));
        long chunks = (sessions + SessionValues.CHUNK - 1) / SessionValues.CHUNK;
        assertThat(cost).isEqualTo(new Cost(Map.of("zrange", 1L, "mget", chunks), 2));
    }

    @Test
    void listOfNobodyIsOneRoundTrip() {
        assertThat(costOf(() -> store.findByUser("nobody"))).isEqualTo(new Cost(Map.of("zrange", 1L), 1));
    }

    @Test
    void revokeAllIsFourRoundTrips() {
        create("a", "alice");
        create("b", "alice");
        Cost cost = costOf(() -> store.revokeAll("alice", null, null, id -> {}));
        assertThat(cost).isEqualTo(new Cost(Map.of("zrange", 1L, "mget", 1L, "del", 2L, "zrem", 1L), 4));
    }

    @Test
    void scriptsAreSentAgainToAServerThatForgotThem() {
        raw("SCRIPT", "FLUSH");
        assertThat(create("a", "alice")).isTrue();
        assertThat(index("alice")).containsExactly("a");
        raw("SCRIPT", "FLUSH");
        assertThat(answer(store.renew("a", TTL))).isTrue();
        create("c", "alice");
        Cost cost = costOf(() -> store.create(session("b", "alice"), TTL));
        assertThat(cost.commands()).containsEntry("evalsha", 2L).doesNotContainKey("eval");
    }

    private Cost costOf(Supplier<CompletionStage<?>> operation) {
        servers.cli("").resetStats();
        network.delay(DELAY, Direction.TO_CLIENT);
        long roundTrips = network.roundTrips();
        try {
            answer(operation.get());
        } finally {
            network.heal();
        }
        long sent = network.roundTrips() - roundTrips;
        answer(store.exists("after all others on this connection"));
        Map<String, Long> counts = new TreeMap<>(servers.cli("").commandCounts());
        counts.merge("strlen", -1L, Long::sum);
        counts.values().removeIf(count -> count == 0);
        return new Cost(counts, sent);
    }

    private record Cost(Map<String, Long> commands, long roundTrips) {

        Cost without(Map<String, Long> others) {
            Map<String, Long> rest = new TreeMap<>(commands);
            others.forEach((command, count) -> rest.merge(command, -count, Long::sum));
            rest.values().removeIf(count -> count == 0);
            return new Cost(rest, roundTrips);
        }
    }
}
