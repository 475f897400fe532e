// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionIds;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ClaimDiagnosisTests {

    private final RecordingSessions sessions = new RecordingSessions();

    private final SessionTokenEvaluator judge = sessions.evaluator(RejectionSink.NONE, "https://ours");

    private final ClaimDiagnosis diagnosis = new ClaimDiagnosis(sessions);

    @Test
    void listThatMissesTheIssuerOfOurOwnSessionsIsCalledWrongOnce(CapturedOutput output) {
        String session = sessions.begin();

        for (int i = 0; i < 5; i++) {
            assertThat(judge(Map.of("sid", session, "sub", "alice", "iss", "https://ours/")))
                    .isEqualTo(SessionDecision.PLAIN);
        }

        assertThat(output)
                .containsOnlyOnce("WARN")
                .contains("so the list is wrong")
                .contains("'https://ours/'")
                .contains("trailing slash")
                .contains(SessionIds.hash(session))
                .doesNotContain(session);
        assertThat(sessions.ownerLookups()).containsExactly(session);
        assertThat(sessions.problems()).containsExactly(ClaimProblem.UNLISTED_ISSUER);
    }

    @Test
    void unlistedIssuerOfOtherSessionsIsOneWarningThatBlamesNothing(CapturedOutput output) {
        judge(Map.of("sid", "theirs", "iss", "https://theirs"));
        judge(Map.of("sid", 43, "iss", "https://theirs"));

        assertThat(output)
                .containsOnlyOnce("WARN")
                .contains("'https://theirs'")
                .contains("session.tracking.jwt.issuers does not list")
                .doesNotContain("is wrong");
    }

    @Test
    void unlistedIssuerIsWarnedOfDuringAnOutage(CapturedOutput output) {
        sessions.goDown(OutagePolicy.PLAIN_JWT);

        judge(Map.of("sid", "any", "iss", "https://theirs"));
        judge(Map.of("sid", "any", "iss", "https://theirs"));

        assertThat(output).containsOnlyOnce("does not list");
        assertThat(sessions.ownerLookups()).hasSize(1);
    }

    @Test
    void unlistedIssuerWhoseTokensNameNoSessionIsLeftAlone(CapturedOutput output) {
        judge(Map.of("sub", "alice", "iss", "https://theirs"));
        judge(Map.of("sid", List.of("no id"), "iss", "https://theirs"));

        assertThat(output).doesNotContain("WARN");
        assertThat(sessions.problems()).isEmpty();
    }

    @Test
    void unlistedIssuersAreBoundedAndCannotForgeLogLines(CapturedOutput output) {
        judge(Map.of("sid", "a", "iss", "x\r\n2026 ERROR all is lost\u2028" + "y".repeat(100_000)));
        for (int i = 0; i < 200; i++) {
            judge(Map.of("sid", "a", "iss", "https://issuer-" + i));
        }

        assertThat(output.toString().lines().filter(line -> line.contains("does not list")))
                .hasSize(64)
                .allSatisfy(line -> assertThat(line).contains("WARN").hasSizeLessThan(2000));
        assertThat(sessions.ownerLookups()).hasSize(64);
    }

    @Test
    void liveSessionOfAnotherUserIsAcceptedCountedAndWarnedOfOnce(CapturedOutput output) {
        String first = sessions.begin();
        String second = sessions.begin();
        judge(Map.of("sid", first, "sub", "alice", "iss", "https://ours"));
        assertThat(output).doesNotContain("WARN");

        for (String session : List.of(first, second, second, sessions.begin())) {
            assertThat(judge(Map.of("sid", session, "sub", "4711", "iss", "https://ours")))
                    .isEqualTo(SessionDecision.LIVE);
        }

        assertThat(output)
                .containsOnlyOnce("WARN")
                .contains("session.tracking.jwt.user-id-claim")
                .contains(SessionIds.hash("alice"))
                .contains(SessionIds.hash("4711"))
                .doesNotContain("4711 ");
        assertThat(sessions.problems()).hasSize(3).containsOnly(ClaimProblem.OTHER_USER);
    }

    @Test
    void ownerIsNotLookedUpPerRequest() {
        String session = sessions.begin();

        for (int i = 0; i < 1000; i++) {
            diagnosis.sawLive(new TokenSession(session, "alice", null));
        }

        assertThat(sessions.ownerLookups()).hasSize(1);
    }

    @Test
    void lookupsAreLimitedToASample() {
        for (int i = 0; i < 100_000; i++) {
            diagnosis.sawLive(new TokenSession("session-" + i, "alice", null));
        }
        assertThat(sessions.ownerLookups()).hasSizeBetween(1000, ClaimDiagnosis.SLOTS);
    }

    @Test
    void lookupThatFailsOrThrowsFailsNoRequest(CapturedOutput output) {
        RecordingSessions broken = new RecordingSessions() {
            @Override
            public CompletionStage<java.util.Optional<String>> findOwner(String sessionId) {
                throw new IllegalStateException("broken store");
            }
        };
        SessionTokenEvaluator judge = broken.evaluator(RejectionSink.NONE, "https://ours");

        assertThat(judge.decide(judge.read(Map.of("sid", broken.begin(), "sub", "bob", "iss", "https://ours")), null))
                .isEqualTo(SessionDecision.LIVE);
        assertThat(judge.decide(judge.read(Map.of("sid", "s", "iss", "https://theirs")), null))
                .isEqualTo(SessionDecision.PLAIN);
        assertThat(output).contains("does not list").doesNotContain("user-id-claim");
    }

    @Test
    void ownerIsTheUserIdOfCreateSession() {
        String session = sessions.createSession("42", SessionMetadata.none()).id();

        judge(Map.of("sid", session, "sub", 42, "iss", "https://ours"));

        assertThat(sessions.ownerLookups()).containsExactly(session);
        assertThat(sessions.problems()).isEmpty();
    }

    private SessionDecision judge(Map<String, Object> claims) {
        return judge.decide(judge.read(claims), null);
    }
}
