// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.spi.OutagePolicy;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/** What a decoder learns of a token, inside a filter chain and outside. */
class SessionTrackingJwtValidatorTests {

    private final RecordingSessions engine = new RecordingSessions();

    private final SessionTokenEvaluator evaluator = engine.evaluator(RejectionSink.NONE);

    private final SessionTrackingJwtValidator validator = new SessionTrackingJwtValidator(evaluator);

    private static Jwt token(Object sid) {
        return Jwt.withTokenValue("text")
                .header("alg", "none")
                .subject("alice")
                .claim("sid", sid)
                .build();
    }

    private List<String> errors(Jwt jwt) {
        return validator.validate(jwt).getErrors().stream()
                .map(OAuth2Error::getDescription)
                .toList();
    }

    @AfterEach
    void leaveTheRequest() {
        RequestSessionState.bind(null);
    }

    @Test
    void liveSessionIsNoError() {
        assertThat(errors(token(engine.begin()))).isEmpty();
    }

    @Test
    void errorTellsWhyTheSessionHasEndedIfThatIsKnown() {
        engine.revokeSession("a", SessionEndReason.LOGOUT);
        assertThat(errors(token("a"))).containsExactly(SessionEndReason.LOGOUT.description());
        assertThat(errors(token("unknown"))).containsExactly(SessionTrackingJwtValidator.ERROR_DESCRIPTION);
        assertThat(errors(token(List.of("no id")))).containsExactly(SessionTrackingJwtValidator.ERROR_DESCRIPTION);
    }

    @Test
    void tokenWithoutASessionIsRejectedByTheMarkerOfItsUser() {
        Jwt jwt = Jwt.withTokenValue("text")
                .header("alg", "none")
                .subject("alice")
                .build();
        assertThat(errors(jwt)).isEmpty();
        engine.raiseMarker("alice", Instant.now());
        assertThat(errors(jwt)).containsExactly(SessionTrackingJwtValidator.ERROR_DESCRIPTION);
    }

    @Test
    void outageIsNoErrorOfTheToken() {
        engine.goDown(OutagePolicy.REJECT);
        assertThatExceptionOfType(SessionStoreUnavailableException.class).isThrownBy(() -> errors(token("a")));
        engine.goDown(OutagePolicy.PLAIN_JWT);
        assertThat(errors(token("a"))).isEmpty();
    }

    @Test
    void decoratedDecoderReturnsLiveTokensOnly() {
        Jwt live = token(engine.begin());
        assertThat(validator.decorate(text -> live).decode("text")).isSameAs(live);
        assertThatExceptionOfType(JwtValidationException.class)
                .isThrownBy(() -> validator.decorate(text -> token("ended")).decode("text"))
                .withMessageContaining(SessionTrackingJwtValidator.ERROR_DESCRIPTION);
    }

    @Test
    void tokenIsOnlyRecordedWhereTheChainChecksIt() {
        RequestSessionState state = new RequestSessionState();
        RequestSessionState.bind(state);
        state.beforeTokenFilter(null);
        assertThat(errors(token("ended"))).isEmpty();
        assertThat(engine.lookups()).isEmpty();
        assertThat(state.verifiedClaim("text"))
                .isEqualTo(evaluator.read(token("ended").getClaims()));
        state.afterTokenFilter();
        assertThat(errors(token("ended"))).hasSize(1);
    }
}
