// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.SessionClaim;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/** The text beside a stored context. */
class StoredClaimsTests {

    private static final Authentication ALICE = new TestingAuthenticationToken("alice", null);

    private static final SessionClaim FULL = SessionClaim.named(
            new TokenSession("a", "alice", Instant.parse("2030-01-01T00:00:00.123Z")), "https://ours");

    private static final SessionClaim BARE = SessionClaim.named(TokenSession.of("b"), null);

    @Test
    void sessionsAreReadAsTheyWereWritten() {
        assertThat(StoredClaims.read(StoredClaims.write(ALICE, List.of(FULL, BARE)), ALICE))
                .containsExactly(FULL, BARE);
        assertThat(StoredClaims.read(StoredClaims.write(ALICE, List.of()), ALICE))
                .isEmpty();
    }

    @Test
    void anotherAuthenticationHasNone() {
        String text = StoredClaims.write(ALICE, List.of(FULL));
        assertThat(StoredClaims.read(text, new TestingAuthenticationToken("bob", null)))
                .isEmpty();
        assertThat(StoredClaims.read(text, new UsernamePasswordAuthenticationToken("alice", null)))
                .isEmpty();
    }

    /** Each request deserializes it, so its name is another one each time. */
    @Test
    void principalWithoutATextOfItsOwnIsRecognized() {
        Authentication one = new TestingAuthenticationToken(new Object(), null);
        Authentication other = new TestingAuthenticationToken(new Object(), null);
        assertThat(StoredClaims.read(StoredClaims.write(one, List.of(FULL)), other))
                .containsExactly(FULL);
        assertThat(StoredClaims.read(StoredClaims.write(one, List.of(FULL)), ALICE))
                .isEmpty();
    }

    @Test
    void issuerCannotAddASession() {
        SessionClaim hostile = SessionClaim.named(TokenSession.of("a"), "x\nb\nbob\n\n");
        assertThat(StoredClaims.read(StoredClaims.write(ALICE, List.of(hostile)), ALICE))
                .containsExactly(SessionClaim.named(TokenSession.of("a"), "xbbob"));
    }

    @Test
    void tokenWithoutASessionIsNotWritten() {
        SessionClaim none = new RecordingSessions()
                .evaluator((reason, sessionId, userId) -> {})
                .read(Map.of("sub", "alice"));
        assertThat(StoredClaims.read(StoredClaims.write(ALICE, List.of(none, BARE)), ALICE))
                .containsExactly(BARE);
    }

    @Test
    void textThatWasCutOffIsReadUpToItsLastWholeSession() {
        String text = StoredClaims.write(ALICE, List.of(BARE, FULL));
        assertThat(StoredClaims.read(text.substring(0, text.lastIndexOf('\n')), ALICE))
                .containsExactly(BARE);
    }
}
