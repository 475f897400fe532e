// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.sample.SampleClient.Answer;
import dev.sessiontracking.sample.SampleClient.Tokens;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The README's walk-through: log in, call the API, look into Redis, revoke there, be refused. */
class WalkThroughTests extends AbstractSampleTests {

    @Test
    void loginAnswersTokensAndTheirSession() {
        Answer answer = sample.postJson("/login", Map.of("username", "alice", "password", "password"), Map.of());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().propertyNames())
                .containsExactly("accessToken", "refreshToken", "sessionId", "tokenType", "expiresIn");
        assertThat(answer.json().get("sessionId").asString()).hasSizeGreaterThanOrEqualTo(22);
        assertThat(answer.json().get("tokenType").asString()).isEqualTo("Bearer");
        assertThat(answer.json().get("expiresIn").longValue()).isEqualTo(900);
        assertThat(answer.header("Cache-Control")).contains("no-store");
    }

    @Test
    void accessTokenOpensTheApi() {
        Tokens alice = sample.login("alice");

        JsonNode me = sample.get("/me", alice.access()).json();

        assertThat(me.get("username").asString()).isEqualTo("alice");
        assertThat(me.get("sessionId").asString()).isEqualTo(alice.sessionId());
        assertThat(me.get("roles").values()).extracting(JsonNode::asString).containsExactly("USER");
    }

    @Test
    void apiRefusesWithoutAToken() {
        Answer answer = sample.send("GET", "/me", Map.of(), java.net.http.HttpRequest.BodyPublishers.noBody());

        answer.assertProblem(401);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
    }

    @Test
    void sessionIsReadableInRedisAndLivesSevenDays() {
        Tokens alice = sample.login("alice", Map.of("User-Agent", "curl/8"));
        String key = "session:" + alice.sessionId();

        JsonNode session = JsonMapper.shared().readTree(redis.<String>run(cli -> cli.get(key)));

        assertThat(session.values()).extracting(JsonNode::asString).contains("alice", "127.0.0.1", "curl/8");
        assertThat(redis.<Long>run(cli -> cli.ttl(key))).isBetween(7 * 86400L - 60, 7 * 86400L);
        assertThat(redis.<Long>run(cli -> cli.exists("user_sessions:alice"))).isEqualTo(1);
    }

    @Test
    void delInRedisCliRevokes() {
        Tokens alice = sample.login("alice");
        assertThat(sample.get("/me", alice.access()).status()).isEqualTo(200);

        redis.run(cli -> cli.del("session:" + alice.sessionId()));

        await().untilAsserted(() -> sample.get("/me", alice.access()).assertProblem(401));
        assertThat(sample.get("/me", alice.access()).header("WWW-Authenticate")).contains("invalid_token");
        sample.refresh(alice.refresh()).assertProblem(401);
    }

    @Test
    void revokingOneLoginLeavesTheOthers() {
        Tokens phone = sample.login("alice");
        Tokens laptop = sample.login("alice");
        Tokens bob = sample.login("bob");

        redis.run(cli -> cli.del("session:" + phone.sessionId()));

        await().untilAsserted(() ->
                assertThat(sample.get("/me", phone.access()).status()).isEqualTo(401));
        assertThat(sample.get("/me", laptop.access()).status()).isEqualTo(200);
        assertThat(sample.get("/me", bob.access()).status()).isEqualTo(200);
    }
}
