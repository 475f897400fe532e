// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.sample.SampleClient.Answer;
import dev.sessiontracking.sample.SampleClient.Tokens;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What operators see with curl, and what others do not. */
class ActuatorTests extends AbstractSampleTests {

    private static final String ENDPOINT = "/actuator/sessiontracking";

    private Answer anonymous(String path) {
        return sample.send("GET", path, Map.of(), BodyPublishers.noBody());
    }

    private Tokens admin() {
        return sample.login("admin");
    }

    @Test
    void everybodyMayAskForHealth() {
        Answer answer = anonymous("/actuator/health");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("status").asString()).isEqualTo("UP");
        assertThat(answer.json().has("components")).isFalse();
    }

    @Test
    void everybodyMayProbe() {
        assertThat(anonymous("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(anonymous("/actuator/health/readiness").status()).isEqualTo(200);
    }

    @Test
    void oneComponentIsForAdministrators() {
        assertThat(anonymous("/actuator/health/sessionTracking").status()).isEqualTo(404);
        assertThat(sample.get("/actuator/health/sessionTracking", admin().access())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void cutoffIsCountedThenSetByAdministratorsOnly() {
        Map<String, Object> longAgo = Map.of("until", "2000-01-01T00:00:00Z");
        assertThat(cutoff(longAgo, sample.login("alice").access()).status()).isEqualTo(403);
        Answer dryRun = cutoff(longAgo, admin().access());
        assertThat(dryRun.json().get("sessions").asInt()).isZero();
        assertThat(dryRun.json().get("until").asString()).isEqualTo("2000-01-01T00:00:00Z");
        Answer set = cutoff(Map.of("until", "2000-01-01T00:00:00Z", "confirm", "set"), admin().access());
        assertThat(set.json().get("cutoff").asString()).isEqualTo("2000-01-01T00:00:00Z");
        assertThat(cutoff(Map.of("confirm", "everything"), admin().access()).status())
                .isEqualTo(400);
        assertThat(cutoff(Map.of("confirm", "clear"), admin().access()).status())
                .isEqualTo(200);
    }

    private Answer cutoff(Map<String, Object> body, String access) {
        return sample.postJson(ENDPOINT + "/cutoff", body, Map.of("Authorization", "Bearer " + access));
    }

    @Test
    void usersSeeNoDetailsOfHealth() {
        assertThat(sample.get("/actuator/health", sample.login("alice").access())
                        .json()
                        .has("components"))
                .isFalse();
    }

    @Test
    void administratorsSeeDetailsOfHealth() {
        JsonNode tracking =
                sample.get("/actuator/health", admin().access()).json().at("/components/sessionTracking");

        assertThat(tracking.at("/status").asString()).isEqualTo("UP");
        assertThat(tracking.at("/details/state").asString()).isEqualTo("tracking");
        assertThat(tracking.at("/details/server/evictionPolicy").asString()).isEqualTo("noeviction");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/prometheus", ENDPOINT, ENDPOINT + "/sessions?user=alice", "/actuator"})
    void restIsForAdministrators(String path) {
        assertThat(anonymous(path).status()).isEqualTo(401);
        sample.get(path, sample.login("alice").access()).assertProblem(403);
        assertThat(sample.get(path, admin().access()).status()).isEqualTo(200);
    }

    @Test
    void usersMayNotRevokeThere() {
        Tokens alice = sample.login("alice");

        sample.delete(ENDPOINT + "/sessions?user=bob", alice.access()).assertProblem(403);
        sample.delete(ENDPOINT + "/sessions/x", alice.access()).assertProblem(403);
    }

    @Test
    void prometheusHasTheMeters() {
        Tokens alice = sample.login("alice");
        sample.get("/me", alice.access());

        String meters = sample.get("/actuator/prometheus", admin().access()).text();

        assertThat(meters)
                .contains("session_tracking_checks_total{")
                .contains("session_tracking_logins_total{tracked=\"true\"}")
                .contains("session_tracking_store_operations_seconds_count{")
                .contains("session_tracking_outage_active 0")
                .doesNotContain(alice.sessionId())
                .doesNotContain("alice");
    }

    @Test
    void stateShowsProtectedChains() {
        JsonNode state = sample.get(ENDPOINT, admin().access()).json();

        assertThat(state.get("state").asString()).isEqualTo("tracking");
        assertThat(state.at("/filterChains/0/checked").asBoolean()).isTrue();
        assertThat(state.at("/filterChains/0/requests").asString()).isEqualTo("any request");
    }

    @Test
    void administratorEndsOneSessionFromTheList() {
        Tokens phone = sample.login("alice");
        Tokens laptop = sample.login("alice");
        Tokens admin = admin();
        JsonNode listed = sample.get(ENDPOINT + "/sessions?user=alice", admin.access())
                .json()
                .get("sessions");
        assertThat(listed.size()).isEqualTo(2);
        assertThat(listed.toString()).doesNotContain(phone.sessionId(), laptop.sessionId());
        String newest = listed.get(0).get("hash").asString().substring(1);

        Answer answer = sample.delete(ENDPOINT + "/sessions?user=alice&hash=" + newest, admin.access());

        assertThat(answer.json().get("revoked").asInt()).isEqualTo(1);
        sample.get("/me", laptop.access()).assertProblem(401);
        assertThat(sample.get("/me", phone.access()).status()).isEqualTo(200);
    }

    @Test
    void administratorEndsAllSessionsOfAUser() {
        Tokens phone = sample.login("alice");
        Tokens laptop = sample.login("alice");

        assertThat(sample.delete(ENDPOINT + "/sessions?user=alice", admin().access())
                        .json()
                        .get("revoked")
                        .asInt())
                .isEqualTo(2);

        sample.get("/me", phone.access()).assertProblem(401);
        sample.get("/me", laptop.access()).assertProblem(401);
    }

    @Test
    void administratorEndsOneSessionByItsId() {
        Tokens alice = sample.login("alice");
        Tokens admin = admin();

        assertThat(sample.get(ENDPOINT + "/sessions/" + alice.sessionId(), admin.access())
                        .json()
                        .get("userId")
                        .asString())
                .isEqualTo("alice");
        assertThat(sample.delete(ENDPOINT + "/sessions/" + alice.sessionId(), admin.access())
                        .status())
                .isEqualTo(200);

        sample.get("/me", alice.access()).assertProblem(401);
        assertThat(sample.get(ENDPOINT + "/sessions/" + alice.sessionId(), admin.access())
                        .status())
                .isEqualTo(404);
    }

    /** Forgetting the parameter must not end everybody's sessions. */
    @ParameterizedTest
    @ValueSource(strings = {ENDPOINT + "/sessions", ENDPOINT + "/sessions?user=", ENDPOINT + "/users?user=alice"})
    void revocationOfNobodyInParticularIsABadRequest(String path) {
        Tokens alice = sample.login("alice");

        assertThat(sample.delete(path, admin().access()).status()).isEqualTo(400);

        assertThat(sample.get("/me", alice.access()).status()).isEqualTo(200);
    }

    @Test
    void revokedAdministratorSeesNothing() {
        Tokens admin = admin();
        sample.call("POST", "/logout", admin.access());

        await().untilAsserted(() ->
                assertThat(sample.get(ENDPOINT, admin.access()).status()).isEqualTo(401));
    }
}
