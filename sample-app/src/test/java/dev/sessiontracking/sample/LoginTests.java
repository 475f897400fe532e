// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.sample.SampleClient.Answer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the sample makes of credentials, good, bad and hostile. */
class LoginTests extends AbstractSampleTests {

    @Test
    void wrongPasswordAndUnknownUserAreAnsweredAlike() {
        Answer wrongPassword = login("alice", "wrong").assertProblem(401);
        Answer unknownUser = login("nobody", "password").assertProblem(401);

        assertThat(unknownUser.text()).isEqualTo(wrongPassword.text());
        assertThat(unknownUser.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test
    void refusedLoginLeavesNoSession() {
        login("alice", "wrong");

        assertThat(redis.<Long>run(cli -> cli.dbsize())).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "\"alice\"",
                "{}",
                "{\"username\":\"alice\"}",
                "{\"username\":null,\"password\":null}",
                "{\"username\":\"\",\"password\":\" \"}",
                "{\"username\":{},\"password\":[]}",
                "{\"username\":\"alice\",\"password\":\"\\ud800",
            })
    void malformedBodyIsABadRequest(String body) {
        sample.post("/login", "application/json", body).assertProblem(400);
    }

    @ParameterizedTest
    @CsvSource({"257, 8", "5, 257", "1000000, 1000000"})
    void tooLongCredentialsAreABadRequest(int usernameLength, int passwordLength) {
        login("a".repeat(usernameLength), "p".repeat(passwordLength)).assertProblem(400);
    }

    @Test
    void deeplyNestedBodyIsABadRequest() {
        sample.post("/login", "application/json", "{\"x\":".repeat(5000)).assertProblem(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/x-www-form-urlencoded", "text/plain", "application/xml", "multipart/form-data"})
    void otherThanJsonIsAnUnsupportedMediaType(String contentType) {
        sample.post("/login", contentType, "username=alice&password=password").assertProblem(415);
    }

    @Test
    void onlyPostLogsIn() {
        String token = sample.login("alice").access();

        sample.get("/login", token).assertProblem(405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"' OR '1'='1", "alice\u0000", "*", "../admin", "session:x", "\ud83d\ude00", "alicé"})
    void hostileNamesAreUnknownUsers(String username) {
        login(username, "password").assertProblem(401);
    }

    @Test
    void passwordLongerThanTheHashReadsIsWrong() {
        login("alice", "password" + "x".repeat(100)).assertProblem(401);
    }

    @Test
    void addressIsTheConnectionsAndNotWhatAHeaderClaims() {
        String token = sample.login("alice", Map.of("X-Forwarded-For", "6.6.6.6", "X-Real-IP", "6.6.6.6"))
                .access();

        assertThat(sample.get("/sessions", token).json().get(0).get("ip").asString())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void overlongUserAgentIsCut() {
        String token =
                sample.login("alice", Map.of("User-Agent", "x".repeat(4000))).access();

        assertThat(sample.get("/sessions", token).json().get(0).get("userAgent").asString())
                .hasSize(512);
    }

    private Answer login(String username, String password) {
        return sample.postJson("/login", Map.of("username", username, "password", password), Map.of());
    }
}
