// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.core.Lifetimes;
import dev.sessiontracking.core.SessionChecker.FirstUse;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class SessionClaimsTests {

    private final SessionClaims claims = claims(List.of("sid"), List.of());

    @Test
    void readsSessionUserAndAuthenticationTime() {
        SessionClaim claim = claims.read(Map.of("sid", "s1", "sub", "alice", "auth_time", 1700000000L, "iss", "i"));

        assertThat(claim.kind()).isEqualTo(SessionClaim.Kind.NAMED);
        assertThat(claim.issuer()).isEqualTo("i");
        assertThat(claim.session()).isEqualTo(new TokenSession("s1", "alice", Instant.ofEpochSecond(1700000000L)));
    }

    @Test
    void firstClaimThatIsPresentCounts() {
        SessionClaims two = claims(List.of("session", "sid"), List.of());

        assertThat(two.read(Map.of("session", "a", "sid", "b")).session()).isEqualTo(TokenSession.of("a"));
        assertThat(two.read(Map.of("sid", "b")).session()).isEqualTo(TokenSession.of("b"));
        assertThat(two.read(Map.of("session", true, "sid", "b")).kind())
                .as("a broken first claim is not passed over")
                .isEqualTo(SessionClaim.Kind.UNUSABLE);
    }

    @Test
    void nullIsAbsent() {
        assertThat(claims.read(Collections.singletonMap("sid", null)).kind()).isEqualTo(SessionClaim.Kind.ABSENT);
    }

    @Test
    void tokenOfAnotherIssuerIsForeign() {
        SessionClaims ours = claims(List.of("sid"), List.of("https://a", "https://b"));

        assertThat(ours.read(Map.of("sid", "s", "iss", "https://a")).kind()).isEqualTo(SessionClaim.Kind.NAMED);
        assertThat(ours.read(Map.of("sid", "s", "iss", URI.create("https://b"))).kind())
                .isEqualTo(SessionClaim.Kind.NAMED);
        assertThat(ours.read(Map.of("sid", "s", "iss", "https://c")).kind()).isEqualTo(SessionClaim.Kind.FOREIGN);
        assertThat(ours.read(Map.of("sid", "s", "iss", 7)).kind()).isEqualTo(SessionClaim.Kind.FOREIGN);
        assertThat(ours.read(Map.of("sid", 7)).kind()).isEqualTo(SessionClaim.Kind.FOREIGN);
    }

    @ParameterizedTest
    @MethodSource("integralNumbers")
    void integralNumberIsTheSameIdAsItsDecimalText(Number number, String text) {
        assertThat(claims.read(Map.of("sid", "s", "sub", number)))
                .isEqualTo(claims.read(Map.of("sid", "s", "sub", text)));
        assertThat(claims.read(Map.of("sub", number)).user().id()).isEqualTo(text);
        assertThat(claims.read(Map.of("sid", number)).session()).isEqualTo(TokenSession.of(text));
    }

    static Stream<Arguments> integralNumbers() {
        return Stream.of(
                Arguments.of(42, "42"),
                Arguments.of(-7L, "-7"),
                Arguments.of(Long.MAX_VALUE, "9223372036854775807"),
                Arguments.of(new BigInteger("123456789012345678901234567890"), "123456789012345678901234567890"));
    }

    @ParameterizedTest
    @MethodSource("valuesThatAreNoId")
    void anyOtherValueIsNoIdAndIsWarnedOfOnce(Object value, CapturedOutput output) {
        for (int i = 0; i < 3; i++) {
            assertThat(claims.read(Map.of("sid", "s", "sub", value)).session()).isEqualTo(TokenSession.of("s"));
            assertThat(claims.read(Map.of("sub", value)).user().id()).isNull();
            assertThat(claims.read(Map.of("sid", value)).kind()).isEqualTo(SessionClaim.Kind.UNUSABLE);
        }

        assertThat(output).containsOnlyOnce("session.tracking.jwt.user-id-claim");
        assertThat(output).containsOnlyOnce("session.tracking.jwt.session-id-claims");
        assertThat(output.toString().lines().filter(line -> line.contains("WARN")))
                .hasSize(2);
        assertThat(output).doesNotContain("forged");
    }

    static Stream<Object> valuesThatAreNoId() {
        return Stream.of(
                true,
                42.0,
                4.2f,
                new BigDecimal("42"),
                List.of("forged"),
                Map.of("forged", 1),
                "",
                " ",
                "a\nforged",
                "a\u0085b",
                "\ud800",
                "a\udc00\ud800b",
                "u".repeat(289));
    }

    /** A user id that a token may name must be one that the service takes: a logout must not throw. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice",
                "",
                " ",
                "a\u0000b",
                "\ud83d\ude00",
                "\ud83d",
                "\ude00\ud83d",
                "a\ud83d",
                "\ud83d\ud83d\ude00"
            })
    void tokenAndServiceAgreeOnWhatAUserIdIs(String userId) {
        SessionService service = SessionTracking.off(Lifetimes.of(Duration.ofDays(7)), Clock.systemUTC())
                .service();
        boolean taken;
        try {
            service.revokeAllUserSessions(userId);
            taken = true;
        } catch (IllegalArgumentException refused) {
            taken = false;
        }

        assertThat(claims.read(Map.of("sid", "s", "sub", userId)).session().userId() != null)
                .isEqualTo(taken);
    }

    @Test
    void warningTellsWhatTheClaimIs(CapturedOutput output) {
        claims.read(Map.of("sid", 4.2));
        assertThat(output).contains("session-id-claims: the claim is of the type Double");
        claims(List.of("sid"), List.of()).read(Map.of("sid", ""));
        assertThat(output).contains("session-id-claims: the claim is a text that is empty");
        claims.read(Map.of("sid", "s"));
        assertThat(output)
                .contains("user-id-claim: the claim is missing")
                .contains("The token counts as one without a user");
    }

    @Test
    void sessionThatBeginsWithItsFirstUseNeedsAUserAndAnExpiry(CapturedOutput output) {
        SessionClaims ofProvider = new SessionClaims(
                TrustedIssuersTests.issuers("i", "issuers.a.registration=first-use", "issuers.a.lifetime=2h"));
        Instant expiry = Instant.ofEpochSecond(1_700_000_000);
        Map<String, Object> token = Map.of("iss", "i", "sid", "s", "sub", "alice", "exp", expiry);
        FirstUse use = new FirstUse(Duration.ofHours(2), expiry, SessionMetadata.none());
        assertThat(ofProvider.read(token))
                .isEqualTo(SessionClaim.named(new TokenSession("s", "alice", null, use), "i"));
        for (String missing : List.of("sub", "exp")) {
            Map<String, Object> without = new HashMap<>(token);
            without.remove(missing);
            assertThat(ofProvider.read(without)).as(missing).isEqualTo(SessionClaim.unusable("i"));
        }
        assertThat(output).contains("Such tokens of a session are rejected, because the session could not be listed");
    }

    @Test
    void missingUserIdIsWarnedOfOnlyBesideASession(CapturedOutput output) {
        claims.read(Map.of("client_id", "machine"));
        assertThat(output).doesNotContain("WARN");

        claims.read(Map.of("sid", "s"));
        claims.read(Map.of("sid", "s"));
        assertThat(output).containsOnlyOnce("session.tracking.jwt.user-id-claim");
    }

    @Test
    void strangeAuthenticationTimeIsNone() {
        for (Object value : Arrays.asList(
                "yesterday", Long.MIN_VALUE, Long.MAX_VALUE, Double.POSITIVE_INFINITY, List.of(1), null)) {
            Map<String, Object> token = new HashMap<>(Map.of("sid", "s"));
            token.put("auth_time", value);
            assertThat(claims.read(token).session().authenticatedAt())
                    .as(String.valueOf(value))
                    .isNull();
        }
    }

    @Test
    void userIdComesFromTheConfiguredClaim() {
        SessionClaims other = new SessionClaims(new TrustedIssuers(
                new JwtProperties(List.of("sid"), "preferred_username", List.of(), false),
                new IssuersProperties(Map.of()),
                null));

        assertThat(other.read(Map.of("sid", "s", "sub", "1", "preferred_username", "alice"))
                        .session()
                        .userId())
                .isEqualTo("alice");
    }

    private static SessionClaims claims(List<String> sessionIdClaims, List<String> issuers) {
        return new SessionClaims(new TrustedIssuers(
                new JwtProperties(sessionIdClaims, "sub", issuers, false), new IssuersProperties(Map.of()), null));
    }
}
