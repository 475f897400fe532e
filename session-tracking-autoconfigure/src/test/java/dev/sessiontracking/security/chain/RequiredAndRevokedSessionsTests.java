// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.spi.OutagePolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** The rule that a request needs a live session, and the logout of all sessions of a token. */
class RequiredAndRevokedSessionsTests {

    private final RecordingSessions engine = new RecordingSessions();

    private final RequestSessions<String> sessions = new RequestSessions<>(engine.evaluator(RejectionSink.NONE), null);

    private static Authentication token(String session) {
        return new JwtAuthenticationToken(Jwt.withTokenValue(session)
                .header("alg", "none")
                .claim("sid", session)
                .build());
    }

    private static SessionClaim claim(String session) {
        return SessionClaim.named(TokenSession.of(session), null);
    }

    private boolean grants(@Nullable Authentication authentication) {
        return sessions.requireLive(new RequestSessionState(), authentication).isGranted();
    }

    @Test
    void ruleGrantsAccessToAVerifiedLiveSessionOnly() {
        String live = engine.begin();
        assertThat(grants(token(live))).isTrue();
        assertThat(grants(token("ended"))).isFalse();
        assertThat(grants(null)).isFalse();
        for (OutagePolicy policy : OutagePolicy.values()) {
            engine.goDown(policy);
            assertThatExceptionOfType(SessionStoreUnavailableException.class).isThrownBy(() -> grants(token(live)));
        }
    }

    @Test
    void undeterminedTokenIsRejectedUnlessThisIsObserving() {
        assertThat(sessions.rejectsUndetermined()).isTrue();
        RecordingSessions observing = new RecordingSessions() {
            @Override
            public Mode mode() {
                return Mode.OBSERVE;
            }
        };
        RequestSessions<String> observed = new RequestSessions<>(observing.evaluator(RejectionSink.NONE), null);
        assertThat(observed.rejectsUndetermined()).isFalse();
        SessionClaim unusable = engine.evaluator(RejectionSink.NONE).read(Map.of("sid", List.of(42)));
        assertThat(sessions.isUnusable(unusable)).isTrue();
        assertThat(observed.isUnusable(unusable)).isFalse();
    }

    @Test
    void allSessionsOfATokenAreRevoked() {
        SessionClaim none = engine.evaluator(RejectionSink.NONE).read(Map.of());
        assertThat(RequestSessions.revoke(engine, List.of(none))).isFalse();
        assertThat(RequestSessions.revoke(engine, List.of(claim("a"), none, claim("b"))))
                .isTrue();
        assertThat(engine.revocations()).containsExactly("a", "b");
    }

    @Test
    void revocationThatIsNotConfirmedDoesNotHoldUpTheNext() {
        engine.goDown(OutagePolicy.REJECT);
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> RequestSessions.revoke(engine, List.of(claim("a"), claim("b"))));
        assertThat(engine.revocations()).containsExactly("a", "b");
    }
}
