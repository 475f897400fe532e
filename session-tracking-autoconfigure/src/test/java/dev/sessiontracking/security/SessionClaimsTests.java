package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.TokenSession;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertThat(two.read(Map.of("session", 1, "sid", "b")).kind())
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
    @ValueSource(strings = {"", " ", "a\nb", "a\u0085b"})
    void strangeUserIdIsNone(String userId) {
        assertThat(claims.read(Map.of("sid", "s", "sub", userId)).session()).isEqualTo(TokenSession.of("s"));
    }

    @Test
    void userIdThatIsNoStringIsNone() {
        assertThat(claims.read(Map.of("sid", "s", "sub", 42)).session()).isEqualTo(TokenSession.of("s"));
        assertThat(claims.read(Map.of("sid", "s", "sub", "u".repeat(257))).session())
                .isEqualTo(TokenSession.of("s"));
    }

    @Test
    void strangeAuthenticationTimeIsNone() {
        for (Object value : Arrays.asList("yesterday", Long.MIN_VALUE, Double.POSITIVE_INFINITY, List.of(1), null)) {
            Map<String, Object> token = new HashMap<>(Map.of("sid", "s"));
            token.put("auth_time", value);
            assertThat(claims.read(token).session().authenticatedAt())
                    .as(String.valueOf(value))
                    .isNull();
        }
    }

    @Test
    void userIdComesFromTheConfiguredClaim() {
        SessionClaims other =
                new SessionClaims(new JwtProperties(List.of("sid"), "preferred_username", List.of(), false));

        assertThat(other.read(Map.of("sid", "s", "sub", "1", "preferred_username", "alice"))
                        .session()
                        .userId())
                .isEqualTo("alice");
    }

    private static SessionClaims claims(List<String> sessionIdClaims, List<String> issuers) {
        return new SessionClaims(new JwtProperties(sessionIdClaims, "sub", issuers, false));
    }
}
