// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.security.InvalidLogoutTokens;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Logout tokens of an identity provider, sent to an application with Spring Boot's own filter chain. */
@ExtendWith(OutputCaptureExtension.class)
class BackChannelLogoutTests extends BackChannelLogoutFixture {

    @Test
    void logoutTokenEndsItsSessionWithAReason() {
        Login other = login(login.subject());
        assertThat(me(login)).isEqualTo(200);

        HttpResponse<String> response = post("logout_token=" + login.logoutToken("two"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(me(login)).isEqualTo(401);
        assertThat(me(other)).isEqualTo(200);
        Awaitility.await()
                .untilAsserted(() -> assertThat(REVOKED).singleElement().satisfies(event -> {
                    assertThat(event.reason()).isEqualTo(SessionEndReason.IDENTITY_PROVIDER);
                    assertThat(event.sessionIds()).containsExactly(login.sid());
                }));
    }

    @Test
    void logoutTokenMayComeBeforeTheFirstCall() {
        Login unseen = provider.login("carol", Instant.now().minusSeconds(20));
        Login another = provider.login("carol", Instant.now().minusSeconds(20));

        assertThat(post("logout_token=" + unseen.logoutToken("one")).statusCode())
                .isEqualTo(200);
        assertThat(me(unseen)).isEqualTo(401);
        assertThat(me(another)).isEqualTo(200);

        Login third = provider.login("carol", Instant.now().minusSeconds(20));
        assertThat(post(of(third, null, Instant.now().minusSeconds(2))).statusCode())
                .isEqualTo(200);
        assertThat(me(third)).isEqualTo(401);
        assertThat(me(another)).isEqualTo(401);
        assertThat(me(provider.login("carol"))).isEqualTo(200);
        assertThat(isRecorded(unseen)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", ""})
    void olderProvidersSendAnotherType(String type) {
        Map<String, Object> claims = new HashMap<>(claims(login.logoutToken("one")));
        claims.remove("exp");

        assertThat(post("logout_token=" + provider.sign(type.isEmpty() ? null : type, claims))
                        .statusCode())
                .isEqualTo(200);
        assertThat(me(login)).isEqualTo(401);
    }

    private static Map<String, Object> claims(String token) {
        try {
            return com.nimbusds.jwt.SignedJWT.parse(token).getJWTClaimsSet().getClaims();
        } catch (java.text.ParseException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @TestFactory
    List<DynamicTest> rejectsWhatIsInvalid(CapturedOutput output) {
        return InvalidLogoutTokens.forms(provider, login, "one").entrySet().stream()
                .map(form -> DynamicTest.dynamicTest(form.getKey(), () -> {
                    HttpResponse<String> response = post(form.getValue());

                    assertThat(response.statusCode()).isEqualTo(400);
                    assertThat(response.body()).startsWith("{\"error\":\"");
                    assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
                    assertThat(me(login)).isEqualTo(200);
                    assertThat(output)
                            .doesNotContain("forged")
                            .doesNotContain("\tat ")
                            .doesNotContain("eyJ");
                }))
                .toList();
    }

    @Test
    void subOnlyEndsWhatTheUserHadBegun() {
        Login second = login(login.subject());
        Login stranger = login("somebody else");
        assertThat(me(login)).isEqualTo(200);

        assertThat(post(of(login, null, Instant.now())).statusCode()).isEqualTo(200);

        assertThat(me(login)).isEqualTo(401);
        assertThat(me(second)).isEqualTo(401);
        assertThat(me(stranger)).isEqualTo(200);
        assertThat(sessions.getUserSessions(login.subject())).isEmpty();
    }

    @Test
    void replayChangesNothing() {
        String perSession = "logout_token=" + login.logoutToken("one");
        String perUser = of(login, null, Instant.now().minusSeconds(5));
        Login later = provider.login(login.subject());
        assertThat(me(later)).isEqualTo(200);

        for (int i = 0; i < 3; i++) {
            assertThat(post(perSession).statusCode()).isEqualTo(200);
            assertThat(post(perUser).statusCode()).isEqualTo(200);
        }

        assertThat(me(login)).isEqualTo(401);
        assertThat(me(later)).isEqualTo(200);
        assertThat(sessions.getUserSessions(login.subject())).hasSize(1);
    }

    @Test
    void replaySparesASessionThatHasBegunAgain() {
        String old = of(login, login.sid(), Instant.now());
        assertThat(post(old).statusCode()).isEqualTo(200);
        assertThat(me(login)).isEqualTo(401);
        Login again = login.again(Instant.now().plusSeconds(2));
        assertThat(me(again)).isEqualTo(200);

        try (ServletNode other = start("reject")) {
            for (ServletNode to : List.of(node, other, node)) {
                assertThat(post(to, old).statusCode()).isEqualTo(200);
                assertThat(to.get(again.token())).isEqualTo(200);
                assertThat(to.get(login.token())).isEqualTo(401);
            }
        }
        assertThat(sessions.getUserSessions(login.subject())).hasSize(1);
        assertThat(REVOKED).hasSize(1);

        assertThat(post(of(login, login.sid(), Instant.now().plusSeconds(2))).statusCode())
                .isEqualTo(200);
        assertThat(me(again)).isEqualTo(401);
        assertThat(me(login.again(Instant.now().plusSeconds(5)))).isEqualTo(200);
    }

    @Test
    void replayDuringAnOutageSparesASessionThatHasBegunAgain() {
        String old = of(login, login.sid(), Instant.now());
        assertThat(post(old).statusCode()).isEqualTo(200);
        Login again = login.again(Instant.now().plusSeconds(2));
        assertThat(me(again)).isEqualTo(200);
        REDIS.server().freeze();
        assertThat(post(old).statusCode()).isEqualTo(200);
        REDIS.server().thaw();

        Awaitility.await().untilAsserted(() -> assertThat(me(again)).isEqualTo(200));
        assertThat(me(login)).isEqualTo(401);
        assertThat(sessions.getUserSessions(login.subject())).hasSize(1);
    }

    @Test
    void lateLogoutTokenEndsASessionThatItsUserHasContinued() {
        // Nobody has reported the end of the first authentication: its tokens must not be accepted because of the
        // second.
        Login again = login.again(Instant.now().minusSeconds(5));
        assertThat(me(again)).isEqualTo(200);

        assertThat(post(of(login, login.sid(), Instant.now().minusSeconds(12))).statusCode())
                .isEqualTo(200);

        assertThat(me(login)).isEqualTo(401);
        assertThat(me(login.again(Instant.now().plusSeconds(2)))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain-jwt", "reject"})
    void frozenRedisKeepsTheRevocationOnThisNode(String policy) {
        try (ServletNode other = start(policy)) {
            Login user = login(login.subject() + "2");
            assertThat(other.get(login.token())).isEqualTo(200);
            assertThat(other.get(user.token())).isEqualTo(200);
            assertThat(post(other, "logout_token=garbage").statusCode()).isEqualTo(400);
            Instant before = Instant.now();
            REDIS.server().freeze();

            assertThat(post(other, "logout_token=" + login.logoutToken("one")).statusCode())
                    .isEqualTo(200);
            assertThat(post(other, of(user, null, Instant.now())).statusCode()).isEqualTo(200);

            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(8));
            assertThat(other.get(login.token())).isEqualTo(401);
            assertThat(other.get(user.token())).isEqualTo(401);
            REDIS.server().thaw();
            Awaitility.await().untilAsserted(() -> {
                assertThat(me(login)).isEqualTo(401);
                assertThat(me(user)).isEqualTo(401);
            });
            assertThat(REDIS.cli().number("EXISTS", "session:" + login.sid())).isZero();
        }
    }
}
