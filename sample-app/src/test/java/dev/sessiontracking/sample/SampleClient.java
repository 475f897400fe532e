// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Uses the sample as a person with curl would: nothing is encoded, followed or repeated behind the caller's back. */
final class SampleClient {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final JsonMapper JSON = JsonMapper.shared();

    private final String baseUrl;

    SampleClient(int port) {
        this.baseUrl = "http://localhost:" + port;
    }

    /** Waits until the sample is connected to Redis: it starts without waiting for it. */
    void awaitTracking() {
        await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).untilAsserted(() -> {
            Tokens bob = login("bob");
            assertThat(bob.sessionId()).isNotNull();
            assertThat(get("/sessions", bob.access()).status()).isEqualTo(200);
        });
    }

    /** A login without a session in the second of "log out everywhere" would be rejected, too. */
    static void awaitNextSecond() {
        long second = Instant.now().getEpochSecond();
        await().until(() -> Instant.now().getEpochSecond() > second);
    }

    /** Logs in with the right password. */
    Tokens login(String username) {
        return login(username, Map.of());
    }

    Tokens login(String username, Map<String, String> headers) {
        Answer answer = postJson("/login", Map.of("username", username, "password", "password"), headers);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return Tokens.of(answer);
    }

    Answer refresh(String refreshToken) {
        return postJson("/refresh", Map.of("refreshToken", refreshToken), Map.of());
    }

    Answer postJson(String path, Object body, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.putIfAbsent("Content-Type", "application/json");
        return send("POST", path, all, BodyPublishers.ofString(JSON.writeValueAsString(body)));
    }

    Answer post(String path, String contentType, String body) {
        return send("POST", path, Map.of("Content-Type", contentType), BodyPublishers.ofString(body));
    }

    Answer get(String path, String accessToken) {
        return call("GET", path, accessToken);
    }

    Answer delete(String path, String accessToken) {
        return call("DELETE", path, accessToken);
    }

    Answer call(String method, String path, String accessToken) {
        return send(method, path, Map.of("Authorization", "Bearer " + accessToken), BodyPublishers.noBody());
    }

    Answer send(String method, String path, Map<String, String> headers, BodyPublisher body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(baseUrl + path)).method(method, body);
        headers.forEach(request::setHeader);
        try {
            return Answer.of(HTTP.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** What the sample answered. */
    record Answer(int status, java.net.http.HttpHeaders headers, String text) {

        static Answer of(HttpResponse<String> response) {
            return new Answer(response.statusCode(), response.headers(), response.body());
        }

        JsonNode json() {
            return JSON.readTree(text);
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** A problem as in RFC 9457, that says nothing of the code behind it. */
        Answer assertProblem(int expected) {
            assertThat(status).as(text).isEqualTo(expected);
            assertThat(header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(json().get("status").intValue()).isEqualTo(expected);
            assertThat(text).doesNotContain("Exception").doesNotContain("dev.sessiontracking");
            return this;
        }
    }

    /** The answer to a login or a refresh; {@code sessionId} is null when the session is not tracked. */
    record Tokens(String access, String refresh, String sessionId) {

        static Tokens of(Answer answer) {
            JsonNode json = answer.json();
            return new Tokens(
                    json.get("accessToken").asString(),
                    json.get("refreshToken").asString(),
                    json.get("sessionId").isNull()
                            ? null
                            : json.get("sessionId").asString());
        }

        long refreshExpiresAt() {
            byte[] claims = Base64.getUrlDecoder().decode(refresh.split("\\.")[1]);
            return new JsonMapper().readTree(claims).get("exp").asLong();
        }
    }
}
