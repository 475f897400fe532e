// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class TrustedIssuersTests {

    private static final String KEYCLOAK = "https://login.example.com/realms/main";

    private static final String COGNITO = "https://cognito-idp.eu-central-1.amazonaws.com/pool";

    private static final String OWN = "https://api.example.com";

    private static final String[] THREE = {
        "issuers.main.issuer-uri=" + KEYCLOAK,
        "issuers.main.preset=keycloak",
        "issuers.app-2.issuer-uri=" + COGNITO,
        "issuers.app-2.preset=cognito",
        "jwt.issuers=" + OWN
    };

    @Test
    void theIdsOfASingleIssuerAreItsClaims() {
        SessionClaim claim =
                read(Map.of("iss", KEYCLOAK, "sid", "s1", "sub", "alice"), "issuers.main.issuer-uri=" + KEYCLOAK);

        assertThat(claim.session()).isEqualTo(new TokenSession("s1", "alice", null));
    }

    @Test
    void theIssuerOfSpringBootsDecoderIsTheDefault() {
        TrustedIssuers issuers = issuers(KEYCLOAK, "issuers.main.preset=keycloak");

        assertThat(issuers.find(KEYCLOAK)).isNotNull();
        assertThat(issuers.find(KEYCLOAK + "/")).isNull();
        assertThat(issuers.find(null)).isNull();
        assertThat(issuers.areAny()).isFalse();
    }

    @Test
    void theIdsOfSeveralIssuersBeginWithTheirAliases() {
        assertThat(read(Map.of("iss", KEYCLOAK, "sid", "same", "sub", "alice"), THREE)
                        .session())
                .isEqualTo(new TokenSession("main~same", "main|alice", null));
        assertThat(read(Map.of("iss", COGNITO, "origin_jti", "same", "sub", "alice"), THREE)
                        .session())
                .isEqualTo(new TokenSession("app-2~same", "app-2|alice", null));
        assertThat(read(Map.of("iss", OWN, "sid", "same", "sub", "alice"), THREE)
                        .session())
                .isEqualTo(new TokenSession("same", "alice", null));
        assertThat(read(Map.of("iss", KEYCLOAK, "sub", "alice"), THREE).user())
                .isEqualTo(new SessionClaim.User("main|alice", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"main~s", "app-2~s"})
    void ourOwnTokensCannotNameASessionOfAProvider(String sid) {
        assertThat(read(Map.of("iss", OWN, "sid", sid, "sub", "alice"), THREE).kind())
                .isEqualTo(SessionClaim.Kind.UNUSABLE);
    }

    @Test
    void ourOwnTokensCannotNameAUserOfAProvider() {
        assertThat(read(Map.of("iss", OWN, "sid", "s", "sub", "main|alice"), THREE)
                        .session())
                .isEqualTo(new TokenSession("s", null, null));
        assertThat(read(Map.of("iss", OWN, "sub", "main|alice"), THREE).user())
                .isEqualTo(new SessionClaim.User(null, null));
    }

    @Test
    void noProviderCanNameASessionOfAnother() {
        assertThat(read(Map.of("iss", COGNITO, "origin_jti", "main~s", "sub", "main|alice"), THREE)
                        .session())
                .isEqualTo(new TokenSession("app-2~main~s", "app-2|main|alice", null));
    }

    @Test
    void anAliasThatBeginsAnotherOneIsAnotherOne() {
        String[] two = {"issuers.a.issuer-uri=" + KEYCLOAK, "issuers.a-b.issuer-uri=" + COGNITO};

        assertThat(List.of(
                        read(Map.of("iss", KEYCLOAK, "sid", "b~s"), two)
                                .session()
                                .sessionId(),
                        read(Map.of("iss", COGNITO, "sid", "s"), two).session().sessionId()))
                .containsExactly("a~b~s", "a-b~s");
    }

    @Test
    void longestSubjectFits() {
        String sub = "s".repeat(255);

        assertThat(read(Map.of("iss", KEYCLOAK, "sid", "s", "sub", sub), THREE)
                        .session()
                        .userId())
                .isEqualTo("main|" + sub);
    }

    @Test
    void aPrefixDoesNotMakeAnEmptyClaimUsable() {
        assertThat(read(Map.of("iss", KEYCLOAK, "sid", "", "sub", "alice"), THREE)
                        .kind())
                .isEqualTo(SessionClaim.Kind.UNUSABLE);
        assertThat(read(Map.of("iss", KEYCLOAK, "sid", "s", "sub", " "), THREE)
                        .session()
                        .userId())
                .isNull();
        assertThat(read(Map.of("iss", KEYCLOAK, "sid", "s".repeat(252), "sub", "alice"), THREE)
                        .kind())
                .isEqualTo(SessionClaim.Kind.UNUSABLE);
    }

    @Test
    void tokensOfAnUnlistedIssuerAreForeign() {
        SessionClaim claim = read(Map.of("iss", "https://elsewhere", "sid", "main~s"), THREE);

        assertThat(claim.kind()).isEqualTo(SessionClaim.Kind.FOREIGN);
        assertThat(claim.session()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "keycloak, sid, sub",
        "clerk, sid, sub",
        "supabase, session_id, sub",
        "cognito, origin_jti, sub",
        "entra, sid, oid",
        "authentik, sid, sub",
        "fusionauth, sid, sub"
    })
    void presetsNameClaims(String preset, String sessionIdClaim, String userIdClaim) {
        TrustedIssuer issuer =
                issuers(KEYCLOAK, "issuers.main.preset=" + preset).find(KEYCLOAK);

        assertThat(issuer.sessionIdClaims()).containsExactly(sessionIdClaim);
        assertThat(issuer.userIdClaim()).isEqualTo(userIdClaim);
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth0", "okta"})
    void aProviderWithoutSessionClaimNeedsTheProperty(String preset) {
        assertInvalid("issuers.main.preset", "issuers.main.preset=" + preset);

        assertThat(issuers(
                                KEYCLOAK,
                                "issuers.main.preset=" + preset,
                                "issuers.main.session-id-claim=https://example.com/sid")
                        .find(KEYCLOAK)
                        .sessionIdClaims())
                .containsExactly("https://example.com/sid");
    }

    @Test
    void propertiesOfAnIssuerComeBeforeThoseOfAllTokens() {
        TrustedIssuers issuers = issuers(
                KEYCLOAK,
                "jwt.session-id-claims=a,b",
                "jwt.user-id-claim=u",
                "issuers.main.client-ids=web,app",
                "issuers.other.issuer-uri=" + COGNITO,
                "issuers.other.user-id-claim=email");

        assertThat(issuers.find(KEYCLOAK).sessionIdClaims()).containsExactly("a", "b");
        assertThat(issuers.find(KEYCLOAK).userIdClaim()).isEqualTo("u");
        assertThat(issuers.find(KEYCLOAK).clientIds()).containsExactly("web", "app");
        assertThat(issuers.find(COGNITO).userIdClaim()).isEqualTo("email");
    }

    @Test
    void sessionsOfFirstUseAreThoseOfTheirIssuers() {
        TrustedIssuers issuers = issuers(
                null,
                "issuers.a.issuer-uri=" + KEYCLOAK,
                "issuers.a.registration=first-use",
                "issuers.a.lifetime=2h",
                "issuers.a-b.issuer-uri=" + COGNITO,
                "issuers.a-b.registration=first-use",
                "issuers.a-b.lifetime=3h",
                "issuers.explicit.issuer-uri=https://explicit",
                "jwt.issuers=" + OWN);

        assertThat(issuers.exist()).isTrue();
        assertThat(issuers.refreshableSession("a~s")).isEqualTo(Duration.ofHours(2));
        assertThat(issuers.refreshableSession("a-b~s")).isEqualTo(Duration.ofHours(3));
        assertThat(issuers.refreshableUser("a|alice")).isEqualTo(Duration.ofHours(2));
        assertThat(issuers.refreshableUser("a-b|alice")).isEqualTo(Duration.ofHours(3));
        for (String other : List.of("explicit~s", "s", "a", "a-b", "a|s", "b~s", "")) {
            assertThat(issuers.refreshableSession(other)).as(other).isZero();
        }
        for (String other : List.of("explicit|alice", "alice", "a", "a~alice", "")) {
            assertThat(issuers.refreshableUser(other)).as(other).isZero();
        }
        assertThat(issuers.aliased())
                .extracting(TrustedIssuer::alias)
                .containsExactlyInAnyOrder("a", "a-b", "explicit");
    }

    @Test
    void aSingleIssuerOfFirstUseHasAllSessions() {
        TrustedIssuers issuers = issuers(KEYCLOAK, "issuers.a.registration=first-use");

        assertThat(issuers.refreshableSession("s")).isEqualTo(Duration.ofHours(10));
        assertThat(issuers.refreshableUser("alice")).isEqualTo(Duration.ofHours(10));
        assertThat(issuers(KEYCLOAK, "issuers.a.preset=keycloak").exist()).isFalse();
        assertThat(issuers(null).exist()).isFalse();
        assertThat(issuers(null).areAny()).isTrue();
        assertThat(issuers(null).find(null)).isNotNull();
    }

    @Test
    void wrongPropertiesStopTheStart() {
        assertInvalid("'Main Realm'", "issuers[Main Realm].issuer-uri=https://a");
        assertInvalid("issuers.a.lifetime", "issuers.a.lifetime=1s");
        assertInvalid("session.tracking.jwt.issuers", "issuers.a.issuer-uri=https://same", "jwt.issuers=https://same");
        assertInvalid("issuers.a", "issuers.a.issuer-uri=https://same", "issuers.b.issuer-uri=https://same");
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> issuers(null, "issuers.a.preset=keycloak"))
                .withMessageContaining("session.tracking.issuers.a.issuer-uri");
    }

    private static void assertInvalid(String message, String... properties) {
        try {
            issuers(KEYCLOAK, properties);
        } catch (SessionTrackingSetupException | BindException invalid) {
            Throwable cause = invalid;
            while (!(cause instanceof SessionTrackingSetupException setup)) {
                cause = cause.getCause();
                assertThat(cause).isNotNull();
            }
            assertThat(setup).hasMessageContaining(message);
            assertThat(setup.action()).isNotBlank();
            return;
        }
        throw new AssertionError(message);
    }

    private static SessionClaim read(Map<String, ?> claims, String... properties) {
        return new SessionClaims(issuers(null, properties)).read(claims);
    }

    static TrustedIssuers issuers(String bootIssuer, String... properties) {
        Binder binder = new Binder(new MapConfigurationPropertySource(Arrays.stream(properties)
                .map(each -> each.split("=", 2))
                .collect(Collectors.toMap(each -> "session.tracking." + each[0], each -> each[1]))));
        return new TrustedIssuers(
                binder.bindOrCreate("session.tracking.jwt", JwtProperties.class),
                binder.bindOrCreate("session.tracking", IssuersProperties.class),
                bootIssuer);
    }
}
