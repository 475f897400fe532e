// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sessiontracking.security.LogoutTokenVerifier.InvalidLogoutTokenException;
import dev.sessiontracking.testkit.MutableClock;
import dev.sessiontracking.testkit.TestIdentityProvider;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bounds of what is a valid logout token. */
class LogoutTokenVerifierTests {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private static TestIdentityProvider provider;

    private final LogoutTokenVerifier verifier = new LogoutTokenVerifier(
            new TrustedIssuer("main", provider.issuer(), List.of("sid"), "oid", List.of("web", "app"), null, false),
            IssuerKeys.of(provider.issuer(), provider.jwkSetUri()),
            MutableClock.startingAt(NOW));

    @BeforeAll
    static void start() {
        provider = TestIdentityProvider.start();
    }

    @AfterAll
    static void stop() {
        provider.close();
    }

    private JWTClaimsSet verify(Map<String, ? extends @Nullable Object> changes) throws Exception {
        Map<String, @Nullable Object> claims = new HashMap<>();
        claims.put("iss", provider.issuer());
        claims.put("aud", "web");
        claims.put("iat", NOW.getEpochSecond());
        claims.put("exp", NOW.getEpochSecond() + 120);
        claims.put("sid", "s1");
        claims.put("events", Map.of(LogoutTokenVerifier.EVENT, Map.of()));
        claims.putAll(changes);
        return verifier.verify(SignedJWT.parse(provider.sign("logout+jwt", claims)));
    }

    static List<Map<String, ? extends @Nullable Object>> valid() {
        return List.of(
                Map.of(),
                Map.of("aud", List.of("other", "app")),
                Map.of("iat", NOW.getEpochSecond() - 600, "exp", NOW.getEpochSecond() - 59),
                Map.of("iat", NOW.getEpochSecond() + 600),
                Collections.singletonMap("exp", null),
                Map.of("sid", "s".repeat(256)),
                Map.of("oid", "alice"),
                Map.of("sub", 7, "typ", "Logout"),
                Map.of("events", Map.of("another", true, LogoutTokenVerifier.EVENT, Map.of("x", 1))));
    }

    @ParameterizedTest
    @MethodSource
    void valid(Map<String, ? extends @Nullable Object> changes) {
        assertThatCode(() -> verify(changes)).doesNotThrowAnyException();
    }

    @Test
    void tokenWithoutSessionNamesTheUser() throws Exception {
        Map<String, @Nullable Object> changes = new HashMap<>();
        changes.put("sid", null);
        changes.put("oid", "alice");

        JWTClaimsSet claims = verify(changes);

        assertThat(claims.getClaim("oid")).isEqualTo("alice");
        assertThat(claims.getIssueTime().toInstant()).isEqualTo(NOW);
        assertThat(verifier.issuer().alias()).isEqualTo("main");
    }

    static List<Map<String, ? extends @Nullable Object>> invalid() {
        Map<String, @Nullable Object> onlySub = new HashMap<>();
        onlySub.put("sid", null);
        onlySub.put("sub", "alice");
        return List.of(
                Map.of("iss", provider.issuer() + "/"),
                Map.of("aud", "other"),
                Collections.singletonMap("aud", null),
                Map.of("iat", NOW.getEpochSecond() - 601),
                Map.of("iat", NOW.getEpochSecond() + 601),
                Collections.singletonMap("iat", null),
                Map.of("exp", NOW.getEpochSecond() - 60),
                Map.of("nonce", ""),
                Collections.singletonMap("events", null),
                Map.of("events", LogoutTokenVerifier.EVENT),
                Map.of("events", List.of(LogoutTokenVerifier.EVENT)),
                Map.of("events", Map.of()),
                Map.of("events", Map.of(LogoutTokenVerifier.EVENT, "{}")),
                Map.of("events", Map.of(LogoutTokenVerifier.EVENT, List.of())),
                Map.of("events", Map.of(LogoutTokenVerifier.EVENT + "/", Map.of())),
                Map.of("sid", "s".repeat(257)),
                Map.of("sid", 7),
                Map.of("oid", List.of("alice")),
                Map.of("oid", "u".repeat(257)),
                // The user id is another claim.
                onlySub);
    }

    @ParameterizedTest
    @MethodSource
    void invalid(Map<String, ? extends @Nullable Object> changes) {
        assertThatExceptionOfType(InvalidLogoutTokenException.class)
                .isThrownBy(() -> verify(changes))
                .withMessageNotContaining("alice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"at+jwt", "secevent+jwt", "JOSE"})
    void otherTypesAreInvalid(String type) {
        assertThatExceptionOfType(BadJOSEException.class)
                .isThrownBy(() -> verifier.verify(SignedJWT.parse(provider.sign(type, Map.of()))));
    }

    @Test
    void keysCanBeFetchedAheadOfTime() throws Exception {
        int before = provider.keyRequests();

        verifier.fetchKeys();
        verify(Map.of());

        assertThat(provider.keyRequests()).isEqualTo(before + 1);
    }
}
