// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionAlreadyExistsException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.redis.MarkerTable.Marker;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.ProviderTokens;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of docs/markers.md: the cells are the rows of this test, and each is tried on a server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MarkerTableTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private FaultProxy network;

    private TestNode node;

    private TestNode cut;

    @BeforeAll
    void start() {
        network = FaultProxy.inFrontOf(redis.server());
        node = TestNode.at(redis.url());
        cut = TestNode.at(network.url());
    }

    @AfterAll
    void stop() {
        cut.close();
        node.close();
        network.close();
    }

    @BeforeEach
    void begin() {
        healNetwork();
        await().atMost(TestNode.PATIENCE).until(() -> cut.pendingRevocations() == 0);
        node.service.clearSessionCutoff();
        await().atMost(TestNode.PATIENCE).ignoreExceptions().until(() -> {
            cut.service.clearSessionCutoff();
            return true;
        });
        redis.cli().command("FLUSHALL");
    }

    /** What a marker covers: a session and its user, begun a minute ago. */
    private record Login(String user, String id, Instant at) {

        static Login aMinuteAgo() {
            return new Login(
                    "user-" + UUID.randomUUID(),
                    UUID.randomUUID().toString(),
                    Instant.now().minusSeconds(60));
        }

        String marker(Marker marker) {
            RedisKeys keys = new RedisKeys("");
            return switch (marker) {
                case SESSION_STATE -> keys.sessionState(id);
                case NOT_BEFORE -> keys.userState(user);
                case CUT_OFF -> keys.userState(NotBefore.ALL_USERS);
            };
        }
    }

    private void set(Marker marker, TestNode by, Login login) {
        switch (marker) {
            case SESSION_STATE ->
                by.service.revokeSession(login.id(), Instant.now().plusSeconds(600));
            case NOT_BEFORE -> by.service.revokeAllUserSessions(login.user());
            case CUT_OFF -> by.service.revokeAllSessions();
        }
    }

    /** As another writer, or another node, has left it: no revocation has deleted this session. */
    private void writeSession(Login login) {
        long millis = login.at().toEpochMilli();
        redis.cli()
                .command(
                        "SET",
                        "session:" + login.id(),
                        "{\"userId\":\"" + login.user() + "\",\"createdAt\":" + millis + ",\"expiresAt\":"
                                + (millis + 3_600_000) + "}",
                        "PX",
                        "3600000");
        redis.cli().command("ZADD", "user_sessions:" + login.user(), "9999999999999", login.id());
    }

    private boolean register(TestNode by, Login login) {
        return by.service
                .registerSession(
                        login.user(),
                        login.id(),
                        SessionMetadata.none(),
                        login.at(),
                        Instant.now().plusSeconds(600))
                .isPresent();
    }

    private static SessionStatus token(TestNode by, Login login) {
        return by.statusOf(login.user(), login.at());
    }

    /** Whether the operation of a row fails for what a marker covers. */
    private boolean isRefused(String row, Login login) {
        return switch (row) {
            case "login" -> {
                try {
                    UserSession session = node.service.createSession(login.user(), login.id(), SessionMetadata.none());
                    yield node.check(session.id()).status() != SessionStatus.LIVE
                            || node.service.renewSession(session.id()) != SessionRenewal.RENEWED;
                } catch (SessionAlreadyExistsException taken) {
                    yield true;
                }
            }
            case "registration" -> !register(node, login);
            case "first use of a provider's session" -> {
                Instant at = login.at().truncatedTo(ChronoUnit.SECONDS);
                try (TestNode provider = TestNode.withProvider(redis.url())) {
                    yield provider.checker
                                    .check(ProviderTokens.token(login.id(), login.user(), at))
                                    .status()
                            == SessionStatus.ENDED;
                }
            }
            case "renewal and refresh" -> {
                writeSession(login);
                yield node.service.renewSession(login.id()) == SessionRenewal.ENDED;
            }
            case "list and find" -> {
                writeSession(login);
                boolean isListed = !node.service.getUserSessions(login.user()).isEmpty();
                assertThat(node.service.findSession(login.id()).isPresent()).isEqualTo(isListed);
                yield !isListed;
            }
            case "request with a token of a session" -> {
                writeSession(login);
                yield node.check(login.id()).status() == SessionStatus.ENDED;
            }
            case "request with a token without a session" -> token(node, login) == SessionStatus.ENDED;
            default -> throw new IllegalStateException("The table has a row without a test: " + row);
        };
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("checks")
    void cellOfTheChecksHolds(String row, Marker marker, String cell) {
        Login login = Login.aMinuteAgo();
        assertThat(isRefused(row, Login.aMinuteAgo())).as("without a marker").isFalse();
        // Not by this node, which would remember it for single sessions.
        set(marker, cut, login);
        await().atMost(TestNode.PATIENCE).until(() -> redis.cli().number("EXISTS", login.marker(marker)) == 1);
        awaitKnown(marker, login);
        assertThat(isRefused(row, login)).isEqualTo(!cell.startsWith("–"));
    }

    private void awaitKnown(Marker marker, Login login) {
        await().atMost(TestNode.PATIENCE)
                .until(() -> marker == Marker.SESSION_STATE || token(node, login) == SessionStatus.ENDED);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("failures")
    void cellOfTheFailuresHolds(String row, Marker marker, String cell) {
        Login login = Login.aMinuteAgo();
        String key = login.marker(marker);
        switch (row) {
            case "set during an outage" -> {
                loseNetwork();
                set(marker, cut, login);
                assertThat(cut.pendingRevocations()).isEqualTo(1);
                assertThat(cell).isEqualTo("enforced by this node, pending");
                if (marker != Marker.SESSION_STATE) {
                    assertThat(token(cut, login)).isEqualTo(SessionStatus.ENDED);
                }
                healNetwork();
                await().atMost(TestNode.PATIENCE).until(() -> redis.cli().number("EXISTS", key) == 1);
            }
            case "request during an outage, on a node that has seen it" -> {
                set(marker, node, login);
                boolean isChecked = !cell.startsWith("–");
                await().atMost(TestNode.PATIENCE).until(() -> !isChecked || token(cut, login) == SessionStatus.ENDED);
                loseNetwork();
                assertThat(token(cut, login)).isEqualTo(isChecked ? SessionStatus.ENDED : SessionStatus.UNKNOWN);
            }
            case "request during an outage, on a node that has never seen it" -> {
                loseNetwork();
                set(marker, node, login);
                assertThat(token(cut, login)).isEqualTo(SessionStatus.UNKNOWN);
                assertThat(cell).isEqualTo("accepted (`plain-jwt`)");
            }
            case "failover that loses it" -> {
                set(marker, cut, login);
                loseNetwork();
                redis.cli().command("DEL", key);
                healNetwork();
                if (marker == Marker.SESSION_STATE) {
                    assertThat(register(node, login)).isTrue();
                } else {
                    await().atMost(TestNode.PATIENCE).until(() -> redis.cli().number("EXISTS", key) == 1);
                    assertThat(cell).startsWith("raised again");
                }
            }
            case "clock of Redis was an hour ahead, and is right again" -> {
                boolean hasTime = setTime(marker, login, Instant.now().plusSeconds(3600));
                assertThat(isRefused("login", new Login(login.user(), "later-" + login.id(), Instant.now())))
                        .isFalse();
                assertThat(cell).isEqualTo(hasTime ? "later logins work" : "no effect");
            }
            case "clock of Redis was an hour behind" -> {
                boolean hasTime = setTime(marker, login, Instant.now().minusSeconds(3600));
                assertThat(isRefused("request with a token without a session", login))
                        .isFalse();
                assertThat(cell).startsWith(hasTime ? "covers an hour less" : "no effect");
            }
            default -> throw new IllegalStateException("The table has a row without a test: " + row);
        }
    }

    /** As a server with another clock would have written it. */
    private boolean setTime(Marker marker, Login login, Instant time) {
        if (marker == Marker.SESSION_STATE) {
            set(marker, node, login);
            return false;
        }
        String value = String.valueOf(time.toEpochMilli());
        redis.cli().command("SET", login.marker(marker), value);
        await().atMost(TestNode.PATIENCE)
                .until(() -> Objects.equals(
                        marker == Marker.CUT_OFF
                                ? node.service.getSessionCutoff().orElse(null)
                                : node.service.getNotBefore(login.user()).orElse(null),
                        Instant.ofEpochMilli(Long.parseLong(value))));
        return true;
    }

    private void loseNetwork() {
        network.refuse();
        network.cut();
        await().atMost(TestNode.PATIENCE).until(() -> !isConnected());
    }

    /** By a token that no marker covers. */
    private boolean isConnected() {
        return cut.checker
                        .check(new TokenSession(
                                "made-up", "nobody", Instant.now().plusSeconds(60)))
                        .status()
                != SessionStatus.UNKNOWN;
    }

    private void healNetwork() {
        network.accept();
        network.heal();
        await().atMost(TestNode.PATIENCE).until(this::isConnected);
    }

    static Stream<Arguments> checks() {
        return MarkerTable.cells("Where each is checked");
    }

    static Stream<Arguments> failures() {
        return MarkerTable.cells("When something fails");
    }
}
