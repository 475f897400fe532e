// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.FaultProxy.Direction;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisErrorException;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A server that is there and does not do its work: nobody waits, it is said once, and it is over when it is over. */
@ExtendWith(OutputCaptureExtension.class)
class ServerFaultTests {

    private static final int CHECKS = 4_000;

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private FaultProxy network;

    private TestNode node;

    private String session;

    private OutageLog log;

    private Set<Thread> threadsBefore;

    @BeforeEach
    void aNodeWhoseCacheWorks(CapturedOutput output) {
        threadsBefore = Thread.getAllStackTraces().keySet();
        network = FaultProxy.inFrontOf(redis.server());
        node = TestNode.at(network.url());
        session = node.login("alice").id();
        node.awaitCached(session);
        log = OutageLog.since(output);
    }

    @AfterEach
    void close() {
        node.close();
        network.close();
    }

    private void awaitUnknown() {
        await().atMost(TestNode.PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> node.check(session) == Result.UNVERIFIED
                        && !node.bean(RedisLink.class).isOpenForRequests());
    }

    private void awaitRecovery() {
        await().atMost(TestNode.PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> node.check(session).status() == SessionStatus.LIVE);
        await().atMost(TestNode.PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> node.service
                        .createSession("alice", SessionMetadata.none())
                        .tracked());
        node.awaitCached(session);
    }

    enum Silence {
        FROZEN,
        REPLIES_DROPPED,
        COMMANDS_DROPPED
    }

    @ParameterizedTest
    @EnumSource(Silence.class)
    void aSilentServerIsAskedForNoRequest(Silence silence) {
        switch (silence) {
            case FROZEN -> redis.server().freeze();
            case REPLIES_DROPPED -> network.drop(Direction.TO_CLIENT);
            case COMMANDS_DROPPED -> network.drop(Direction.TO_SERVER);
        }
        awaitUnknown();
        long before = network.bytes(Direction.TO_SERVER);
        assertThat(IntStream.range(0, CHECKS).mapToObj(i -> node.check(session)).distinct())
                .containsExactly(Result.UNVERIFIED);
        // Heartbeats and handshakes; one command for each check would be fifty times as much.
        assertThat(network.bytes(Direction.TO_SERVER) - before).isLessThan(CHECKS);
        redis.server().thaw();
        network.heal();
        awaitRecovery();
        log.awaitOneOutage();
    }

    @Test
    void aServerThatIsGoneIsUsedAgainWhenItIsBack() {
        redis.server().kill();
        awaitUnknown();
        redis.server().start();
        await().atMost(TestNode.PATIENCE)
                .until(() -> node.service
                        .createSession("alice", SessionMetadata.none())
                        .tracked());
        log.awaitOneOutage();
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxmemory=1", "min-replicas-to-write=1"})
    void aServerThatTakesNoWritesProvesEveryCheck(String setting) {
        String[] nameAndValue = setting.split("=");
        redis.cli().command("CONFIG", "SET", nameAndValue[0], nameAndValue[1]);
        try {
            await().during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> node.check(session).status() == SessionStatus.LIVE);
            assertThat(node.check("nobody").status()).isEqualTo(SessionStatus.ENDED);
            assertThat(node.service
                            .createSession("alice", SessionMetadata.none())
                            .tracked())
                    .isFalse();
        } finally {
            redis.cli().command("CONFIG", "SET", nameAndValue[0], "0");
        }
        awaitRecovery();
        assertThat(log.text()).doesNotContain("Redis is unavailable (error").doesNotContain("takes no writes");
    }

    @Test
    void aRevocationThatTheServerRefusesIsKeptAndCarriedOut() {
        redis.cli().command("CONFIG", "SET", "min-replicas-to-write", "1");
        try {
            node.service.revokeSession(session);
            assertThat(node.check(session)).isEqualTo(Result.ENDED_BY_DENYLIST);
            assertThat(node.pendingRevocations()).isOne();
        } finally {
            redis.cli().command("CONFIG", "SET", "min-replicas-to-write", "0");
        }
        await().atMost(TestNode.PATIENCE).until(() -> node.pendingRevocations() == 0);
        assertThat(redis.cli().number("EXISTS", "session:" + session)).isZero();
    }

    @Test
    void aBusyServerIsAnOutageAndTheCacheIsBackAfterwards() {
        redis.cli().command("CONFIG", "SET", "lua-time-limit", "50");
        RedisCli other =
                RedisCli.to(redis.server().host(), redis.server().port()).withTimeout(TestNode.PATIENCE);
        CompletableFuture<Void> script = CompletableFuture.runAsync(() -> {
            try (other) {
                other.command("EVAL", "while true do end", "0");
            } catch (RedisErrorException | UncheckedIOException killed) {
                // Its end.
            }
        });
        try {
            awaitUnknown();
            // New connections are greeted, and then refused the pushes as well.
            network.cut();
            await().during(Duration.ofSeconds(1))
                    .atMost(TestNode.PATIENCE)
                    .until(() -> node.check(session) == Result.UNVERIFIED);
        } finally {
            redis.cli().command("SCRIPT", "KILL");
        }
        assertThat(script).succeedsWithin(TestNode.PATIENCE);
        awaitRecovery();
        log.awaitOneOutage();
    }

    @Test
    void aPasswordThatChangedIsAnOutageUntilItIsPutRight() {
        redis.cli().command("CONFIG", "SET", "requirepass", "another");
        try (RedisCli other =
                RedisCli.to(redis.server().host(), redis.server().port()).withPassword("another")) {
            other.command("CLIENT", "KILL", "TYPE", "normal");
            awaitUnknown();
            await().during(Duration.ofSeconds(1))
                    .atMost(TestNode.PATIENCE)
                    .until(() -> node.check(session) == Result.UNVERIFIED);
            other.command("CONFIG", "SET", "requirepass", "");
        }
        awaitRecovery();
        log.awaitOneOutage();
    }

    @Test
    void aCheckUnderWayEndsWhenTheContextCloses() {
        TestNode patient = TestNode.at(redis.url(), "session.tracking.command-timeout=60s");
        try (patient) {
            patient.awaitCached(session);
            redis.server().freeze();
            CompletableFuture<Result> check = CompletableFuture.supplyAsync(() -> patient.check("another"));
            await().during(Duration.ofMillis(100)).until(() -> !check.isDone());
            patient.close();
            assertThat(check).succeedsWithin(TestNode.PATIENCE).isEqualTo(Result.UNVERIFIED);
        }
    }

    enum State {
        WELL,
        FROZEN,
        KILLED,
        REFUSED,
        DROPPED
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void theContextClosesSoonInEveryState(State state) {
        switch (state) {
            case WELL -> {}
            case FROZEN -> redis.server().freeze();
            case KILLED -> redis.server().kill();
            case REFUSED -> {
                network.refuse();
                network.cut();
            }
            case DROPPED -> network.drop();
        }
        if (state != State.WELL) {
            awaitUnknown();
        }
        CompletableFuture<Void> closed = CompletableFuture.runAsync(node::close);
        assertThat(closed).succeedsWithin(Duration.ofSeconds(8));
        await().atMost(TestNode.PATIENCE)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .filteredOn(thread -> !threadsBefore.contains(thread))
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("session-tracking-") || name.startsWith("lettuce-")));
    }
}
