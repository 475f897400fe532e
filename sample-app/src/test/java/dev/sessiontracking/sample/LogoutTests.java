// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.sample.SampleClient.Answer;
import dev.sessiontracking.sample.SampleClient.Tokens;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ways to log out: the starter's, with an access token, and the sample's, with a refresh token. */
class LogoutTests extends AbstractSampleTests {

    @Test
    void logoutWithTheAccessTokenEndsTheSession() {
        Tokens alice = sample.login("alice");

        Answer answer = sample.call("POST", "/logout", alice.access());

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.text()).isEmpty();
        assertEnded(alice);
    }

    @Test
    void logoutWithTheRefreshTokenEndsTheSession() {
        Tokens alice = sample.login("alice");

        assertThat(logout(alice.refresh()).status()).isEqualTo(204);

        assertEnded(alice);
    }

    @Test
    void logoutEndsThisSessionOnly() {
        Tokens phone = sample.login("alice");
        Tokens laptop = sample.login("alice");

        sample.call("POST", "/logout", phone.access());

        assertThat(sample.get("/me", laptop.access()).status()).isEqualTo(200);
    }

    @Test
    void secondLogoutIsAsGoodAsTheFirst() {
        Tokens alice = sample.login("alice");
        logout(alice.refresh());

        assertThat(logout(alice.refresh()).status()).isEqualTo(204);
        assertThat(sample.call("POST", "/logout", alice.access()).status()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.b.c"})
    void garbageIsRefusedBothWays(String garbage) {
        sample.call("POST", "/logout", garbage).assertProblem(401);
        logout(garbage).assertProblem(401);
    }

    @Test
    void otherCredentialsLogNobodyOut() {
        sample.send("POST", "/logout", Map.of("Authorization", "Basic YTpi"), BodyPublishers.noBody())
                .assertProblem(400);
    }

    @Test
    void nothingToLogOutIsABadRequest() {
        sample.send("POST", "/logout", Map.of("Content-Type", "application/json"), BodyPublishers.noBody())
                .assertProblem(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE"})
    void onlyPostLogsOut(String method) {
        Tokens alice = sample.login("alice");

        sample.call(method, "/logout", alice.access()).assertProblem(405);

        assertThat(sample.get("/me", alice.access()).status()).isEqualTo(200);
    }

    private Answer logout(String refreshToken) {
        return sample.postJson("/logout", Map.of("refreshToken", refreshToken), Map.of());
    }

    private void assertEnded(Tokens tokens) {
        sample.get("/me", tokens.access()).assertProblem(401);
        sample.refresh(tokens.refresh()).assertProblem(401);
        assertThat(redis.<Long>run(cli -> cli.exists("session:" + tokens.sessionId())))
                .isZero();
    }
}
