// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.chaos.NodeClient.Answer;
import dev.sessiontracking.chaos.NodeClient.Tokens;
import dev.sessiontracking.core.SessionChecker.Result;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of a revocation that a node keeps for the server, when that node ends. */
@Tag("full")
class KilledNodeTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static Fleet fleet;

    @BeforeAll
    static void start() {
        fleet = Fleet.of("plain-jwt", "plain-jwt");
    }

    @BeforeEach
    void launchWhatHasEnded() {
        if (fleet.node(0).isDisturbed()) {
            fleet.node(0).launch().awaitListening();
        }
    }

    @AfterAll
    static void end() {
        fleet.close();
    }

    /** The limit that the README states for "revocations are not lost while the process lives". */
    @Test
    void aProcessThatIsKilledTakesWhatItKeepsAlong() {
        Tokens tokens = loggedOutWithoutServer();
        fleet.node(0).kill();
        fleet.server().start();
        awaitAnswer(1, tokens, SessionStatus.LIVE, 200);
        fleet.node(0).launch().awaitListening();
        awaitAnswer(0, tokens, SessionStatus.LIVE, 200);
    }

    @Test
    void aProcessThatLivesTellsTheServerWhenItIsBack() {
        Tokens tokens = loggedOutWithoutServer();
        fleet.server().start();
        awaitAnswer(1, tokens, SessionStatus.ENDED, 401);
        assertThat(fleet.client(0).me(tokens).check()).isEqualTo(Result.ENDED_BY_DENYLIST);
    }

    @Test
    void aProcessThatIsStoppedAfterTheServerIsBackHasToldIt() {
        Tokens other = login();
        Tokens tokens = loggedOutWithoutServer();
        fleet.server().start();
        awaitProven(0, other);
        fleet.node(0).stop();
        assertThat(fleet.server().cli().number("EXISTS", "session:" + tokens.sessionId()))
                .isZero();
        awaitAnswer(1, tokens, SessionStatus.ENDED, 401);
    }

    @Test
    void aProcessThatIsStoppedBeforeTheServerIsBackSaysWhatIsLost() {
        Tokens tokens = loggedOutWithoutServer();
        fleet.node(0).stop();
        assertThat(fleet.node(0).said())
                .contains("1 pending revocation(s) could not be applied before this node stopped, and are lost")
                .doesNotContain(String.valueOf(tokens.sessionId()));
        fleet.server().start();
        awaitAnswer(1, tokens, SessionStatus.LIVE, 200);
    }

    /** A session that node 0 has acknowledged as revoked and refuses, and whose revocation it keeps. */
    private static Tokens loggedOutWithoutServer() {
        Tokens tokens = login();
        fleet.server().kill();
        Answer logout = fleet.client(0).logout(tokens);
        assertThat(logout.isSuccess()).isTrue();
        assertThat(logout.pending()).isTrue();
        Answer refused = fleet.client(0).me(tokens);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.check()).isEqualTo(Result.ENDED_BY_DENYLIST);
        return tokens;
    }

    private static Tokens login() {
        return await().atMost(PATIENCE)
                .until(
                        () -> fleet.client(0).login("alice").tokens("alice", null),
                        tokens -> tokens.sessionId() != null);
    }

    private static void awaitProven(int node, Tokens tokens) {
        awaitAnswer(node, tokens, SessionStatus.LIVE, 200);
    }

    /** Until the node proves what is true of the session. */
    private static void awaitAnswer(int node, Tokens tokens, SessionStatus truth, int status) {
        Answer answer = await().atMost(PATIENCE)
                .until(
                        () -> fleet.client(node).me(tokens),
                        last -> last.check() != null && last.check().status() == truth);
        assertThat(answer.status()).isEqualTo(status);
    }
}
