// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;

/** What one request remembers, and when it forgets. */
class RequestSessionStateTests {

    private static final Authentication ALICE = new TestingAuthenticationToken("alice", null);

    private static final Authentication BOB = new TestingAuthenticationToken("bob", null);

    private final RequestSessionState state = new RequestSessionState();

    private static TokenSession session(String id) {
        return TokenSession.of(id);
    }

    private static SessionClaim claim(String id) {
        return SessionClaim.named(session(id), null);
    }

    @Test
    void stateIsBoundToTheThreadUntilTheOneBeforeIsBack() {
        RequestSessionState outer = new RequestSessionState();
        assertThat(RequestSessionState.bind(outer)).isNull();
        assertThat(RequestSessionState.bind(state)).isSameAs(outer);
        assertThat(RequestSessionState.current()).isSameAs(state);
        assertThat(RequestSessionState.bind(null)).isSameAs(state);
        assertThat(RequestSessionState.current()).isNull();
    }

    @Test
    void decisionIsRememberedForItsSession() {
        state.remember(session("a"), SessionDecision.LIVE);
        assertThat(state.decision(session("a"))).isEqualTo(SessionDecision.LIVE);
        assertThat(state.decision(session("b"))).isNull();
        assertThat(state.endedSession()).isNull();
        state.remember(session("b"), SessionDecision.ENDED);
        assertThat(state.decision(session("a"))).isNull();
        assertThat(state.endedSession()).isEqualTo(session("b"));
    }

    @Test
    void answersAreKeptUpToABound() {
        assertThat(state.answer(claim("0"))).isNull();
        for (int i = 0; i <= 16; i++) {
            state.answered(claim("" + i), i == 0 ? Result.UNVERIFIED : Result.LIVE_BY_STORE);
        }
        assertThat(state.answer(claim("0"))).isEqualTo(Result.UNVERIFIED);
        assertThat(state.answer(claim("15"))).isEqualTo(Result.LIVE_BY_STORE);
        assertThat(state.answer(claim("16"))).isNull();
    }

    @Test
    void verifiedTokensAreFoundByTheirText() {
        SessionTokenEvaluator evaluator = new RecordingSessions().evaluator(RejectionSink.NONE);
        assertThat(state.verifiedClaims(evaluator)).isEmpty();
        assertThat(state.hasNotedOthers("text")).isFalse();
        state.noteVerified("text", claim("a"));
        assertThat(state.verifiedClaim("text")).isEqualTo(claim("a"));
        assertThat(state.verifiedClaim("other")).isNull();
        assertThat(state.hasNotedOthers("text")).isFalse();
        assertThat(state.hasNotedOthers("other")).isTrue();
        Map<String, Object> claims = Map.of("sid", "b");
        state.noteVerified(claims);
        assertThat(state.hasNotedOthers("text")).isTrue();
        assertThat(state.verifiedClaims(evaluator)).containsExactly(claim("a"), evaluator.read(claims));
    }

    @Test
    void examinationIsForOneAuthenticationAndForgetsTheTokensThatItHasSeen() {
        assertThat(state.claims(ALICE)).isNull();
        assertThat(state.claims(null)).isNull();
        state.noteVerified("text", claim("a"));
        state.present("token");
        state.presentOtherCredentials();
        assertThat(state.presented()).containsExactly("token");
        assertThat(state.hasOtherCredentials()).isTrue();

        state.examined(ALICE, List.of(claim("a")), false);

        assertThat(state.claims(ALICE)).containsExactly(claim("a"));
        assertThat(state.claims(BOB)).isNull();
        assertThat(state.authentication()).isSameAs(ALICE);
        assertThat(state.lastClaims()).containsExactly(claim("a"));
        assertThat(state.verifiedClaim("text")).isNull();
        assertThat(state.presented()).isEmpty();
        assertThat(state.hasOtherCredentials()).isFalse();
    }

    @Test
    void claimsThatTheAuthenticationCarriesAreNotHidden() {
        state.examined(ALICE, List.of(claim("a")), false);
        assertThat(state.hiddenClaims()).containsExactly(claim("a"));
        state.examined(ALICE, List.of(claim("a")), true);
        assertThat(state.hiddenClaims()).isEmpty();
    }

    @Test
    void acceptanceEndsWithAnotherAuthenticationOrToken() {
        state.examined(ALICE, List.of(), false);
        assertThat(state.isAccepted(ALICE)).isFalse();
        state.accept();
        assertThat(state.isAccepted(ALICE)).isTrue();
        assertThat(state.isAccepted(BOB)).isFalse();
        state.noteVerified("text", claim("a"));
        assertThat(state.isAccepted(ALICE)).isFalse();
        state.examined(ALICE, List.of(), false);
        assertThat(state.isAccepted(ALICE)).isFalse();
    }

    @Test
    void rejectionIsRememberedWithItsReason() {
        assertThat(state.rejection()).isNull();
        state.reject(SessionDecision.ENDED, SessionEndReason.LOGOUT);
        assertThat(state.rejection()).isEqualTo(SessionDecision.ENDED);
        assertThat(state.endReason()).isEqualTo(SessionEndReason.LOGOUT);
    }

    @Test
    void tokenFilterIsKnownWhileItRuns() {
        assertThat(state.isAuthenticatingToken()).isFalse();
        state.beforeTokenFilter(ALICE);
        assertThat(state.isAuthenticatingToken()).isTrue();
        assertThat(state.wasBeforeTokenFilter(ALICE)).isTrue();
        assertThat(state.wasBeforeTokenFilter(BOB)).isFalse();
        state.afterTokenFilter();
        assertThat(state.isAuthenticatingToken()).isFalse();
    }

    @Test
    void exemptionFromOutagesIsAskedWithTheRequest() {
        assertThat(state.isAcceptingUnverified()).isFalse();
        state.exemptFromOutage("/health"::equals, "/health");
        assertThat(state.isAcceptingUnverified()).isTrue();
        state.exemptFromOutage("/health"::equals, "/other");
        assertThat(state.isAcceptingUnverified()).isFalse();
    }
}
