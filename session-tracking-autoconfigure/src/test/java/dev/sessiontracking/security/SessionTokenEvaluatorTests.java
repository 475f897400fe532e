// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class SessionTokenEvaluatorTests {

    private final RecordingSessions sessions = new RecordingSessions();

    private final SessionTokenEvaluator judge = sessions.evaluator(RejectionSink.NONE, false, List.of());

    @Test
    void liveSessionIsLive() {
        assertThat(judge(Map.of("sid", sessions.begin()))).isEqualTo(SessionDecision.LIVE);
    }

    @Test
    void unknownSessionHasEnded() {
        assertThat(judge(Map.of("sid", "never-seen"))).isEqualTo(SessionDecision.ENDED);
    }

    @Test
    void tokenWithoutASessionIsPlainUnlessOneIsRequired() {
        assertThat(judge(Map.of())).isEqualTo(SessionDecision.PLAIN);
        SessionTokenEvaluator strict = sessions.evaluator(RejectionSink.NONE, true, List.of());
        assertThat(strict.decide(strict.read(Map.of()), null)).isEqualTo(SessionDecision.UNUSABLE);
        assertThat(sessions.lookups()).isEmpty();
    }

    @Test
    void foreignTokenIsPlainEvenWhenASessionIsRequired() {
        SessionTokenEvaluator strict = sessions.evaluator(RejectionSink.NONE, true, List.of("https://ours"));

        assertThat(strict.decide(strict.read(Map.of("sid", "s", "iss", "https://theirs")), null))
                .isEqualTo(SessionDecision.PLAIN);
        assertThat(strict.decide(strict.read(Map.of("iss", "https://ours")), null))
                .isEqualTo(SessionDecision.UNUSABLE);
        assertThat(sessions.lookups()).isEmpty();
    }

    @Test
    void outagePolicyDecidesWhatNothingKnownMeans() {
        String session = sessions.begin();
        sessions.goDown(OutagePolicy.PLAIN_JWT);
        assertThat(judge(Map.of("sid", session))).isEqualTo(SessionDecision.UNVERIFIED);
        sessions.goDown(OutagePolicy.REJECT);
        assertThat(judge(Map.of("sid", session))).isEqualTo(SessionDecision.UNAVAILABLE);
    }

    @Test
    void tokenWithoutASessionIsJudgedByTheMarkerAndItsAuthenticationTime() {
        Instant marker = Instant.parse("2026-11-28T10:00:00.500Z");
        sessions.raiseMarker("alice", marker);
        long second = marker.getEpochSecond();
        Map<String, Object> refreshedLater = Map.of("sub", "alice", "auth_time", second - 1, "iat", second + 999);
        assertThat(judge(refreshedLater)).isEqualTo(SessionDecision.ENDED);
        assertThat(judge(Map.of("sub", "alice", "auth_time", second))).isEqualTo(SessionDecision.ENDED);
        assertThat(judge(Map.of("sub", "alice", "auth_time", second + 1))).isEqualTo(SessionDecision.PLAIN);
        assertThat(judge(Map.of("sub", "alice"))).isEqualTo(SessionDecision.ENDED);
        assertThat(judge.decide(judge.read(Map.of("sub", "bob")), null)).isEqualTo(SessionDecision.PLAIN);
        assertThat(judge.decide(judge.read(Map.of("auth_time", second - 1)), null))
                .isEqualTo(SessionDecision.PLAIN);
    }

    @Test
    void markerConcernsNoTokenOfAnotherIssuer() {
        sessions.raiseMarker("alice", Instant.now());
        SessionTokenEvaluator ours = sessions.evaluator(RejectionSink.NONE, false, List.of("https://ours"));
        assertThat(ours.decide(ours.read(Map.of("sub", "alice", "iss", "https://theirs")), null))
                .isEqualTo(SessionDecision.PLAIN);
        assertThat(ours.decide(ours.read(Map.of("sub", "alice", "iss", "https://ours")), null))
                .isEqualTo(SessionDecision.ENDED);
    }

    @Test
    void outagePolicyDecidesOnATokenWithoutASessionToo() {
        sessions.goDown(OutagePolicy.PLAIN_JWT);
        assertThat(judge(Map.of("sub", "alice"))).isEqualTo(SessionDecision.PLAIN);
        sessions.goDown(OutagePolicy.REJECT);
        assertThat(judge(Map.of("sub", "alice"))).isEqualTo(SessionDecision.UNAVAILABLE);
        assertThat(judge.decide(judge.read(Map.of()), null)).isEqualTo(SessionDecision.PLAIN);
    }

    @Test
    void exchangeAsksOnceAndKeepsTheAnswer() {
        RequestSessionState exchange = new RequestSessionState();
        String session = sessions.begin();
        SessionClaim claim = judge.read(Map.of("sid", session));

        assertThat(judge.decide(claim, exchange)).isEqualTo(SessionDecision.LIVE);
        sessions.revokeSession(session);
        assertThat(judge.decide(claim, exchange)).isEqualTo(SessionDecision.LIVE);
        assertThat(judge.decide(claim, new RequestSessionState())).isEqualTo(SessionDecision.ENDED);
        assertThat(sessions.lookups(session)).isEqualTo(2);
    }

    @Test
    void stateKeepsTheLastDecisionOnly() {
        RequestSessionState state = new RequestSessionState();
        for (int i = 0; i < 100; i++) {
            judge.decide(judge.read(Map.of("sid", "s" + i)), state);
        }
        sessions.forget();

        judge.decide(judge.read(Map.of("sid", "s99")), state);
        judge.decide(judge.read(Map.of("sid", "s0")), state);

        assertThat(sessions.lookups("s99")).isZero();
        assertThat(sessions.lookups("s0")).isEqualTo(1);
    }

    @Test
    void firstUnregisteredSessionOfAnIssuerIsOneWarning(CapturedOutput output) {
        judge(Map.of("sid", "of-keycloak", "iss", "https://keycloak"));
        judge(Map.of("sid", "another", "iss", "https://keycloak"));

        assertThat(output).containsOnlyOnce("WARN");
        assertThat(output)
                .contains("'https://keycloak'")
                .contains("session.tracking.jwt.issuers")
                .contains("createSession")
                .contains("claims()")
                .contains("rejected with 401")
                .contains("see docs/identity-providers.md")
                .contains("Do not call createSession when a node first sees such a token")
                .contains(SessionIds.hash("of-keycloak"))
                .doesNotContain("of-keycloak");
    }

    @Test
    void issuerWithALiveSessionIsNotWarnedOf(CapturedOutput output) {
        judge(Map.of("sid", sessions.begin(), "iss", "https://ours"));
        judge(Map.of("sid", "revoked-long-ago", "iss", "https://ours"));

        assertThat(output).doesNotContain("WARN");
    }

    @Test
    void revocationThatThisNodeRemembersIsNotWarnedOf(CapturedOutput output) {
        String session = sessions.begin();
        sessions.goDown(OutagePolicy.PLAIN_JWT);
        sessions.revokeSession(session);

        assertThat(judge(Map.of("sid", session))).isEqualTo(SessionDecision.ENDED);
        assertThat(output).doesNotContain("WARN");
    }

    @Test
    void hostileIssuerCannotForgeLogLines(CapturedOutput output) {
        judge(Map.of("sid", "a", "iss", "x\r\n2026 ERROR all is lost\u2028" + "y".repeat(100_000)));

        assertThat(output.toString().lines().filter(line -> line.contains("all is lost")))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("WARN").hasSizeLessThan(2000));
    }

    @Test
    void issuerIsShownUpToABound() {
        String longest = "y".repeat(200);
        assertThat(UnregisteredSessionWarning.printable(longest)).isEqualTo("'" + longest + "'");
        assertThat(UnregisteredSessionWarning.printable(longest + "y")).isEqualTo("'" + longest + "...'");
    }

    @Test
    void warningsAreBounded(CapturedOutput output) {
        for (int i = 0; i < 200; i++) {
            judge(Map.of("sid", "a", "iss", "https://issuer-" + i));
        }

        assertThat(output.toString().lines().filter(line -> line.contains("was rejected")))
                .hasSize(64);
    }

    private SessionDecision judge(Map<String, Object> claims) {
        Map<String, Object> token = new HashMap<>(claims);
        token.put("sub", "alice");
        return judge.decide(judge.read(token), null);
    }
}
