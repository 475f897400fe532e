// SPDX-License-Identifier: Apache-2.0
package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.method;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withNoContent;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withResourceNotFound;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withServerError;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RevocationApplied;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.test.web.client.ResponseCreator;
import org.springframework.web.client.RestClient;

/** The class of docs/identity-providers.md. What Keycloak does is in docs/keycloak/verify.py. */
@ExtendWith(OutputCaptureExtension.class)
class KeycloakSessionsTests {

    private static final String REALM = "https://login.example.com/admin/realms/main";

    private final RestClient.Builder admin = RestClient.builder().baseUrl(REALM);

    private final MockRestServiceServer keycloak =
            MockRestServiceServer.bindTo(admin).build();

    private final KeycloakSessions listener = new KeycloakSessions(admin.build());

    @AfterEach
    void everythingExpectedWasSent() {
        keycloak.verify();
    }

    private void expect(String sid, ResponseCreator response) {
        keycloak.expect(requestTo(REALM + "/sessions/" + sid))
                .andExpect(method(HttpMethod.DELETE))
                .andRespond(response);
    }

    private static SessionRevoked revoked(SessionEndReason reason, String... ids) {
        return new SessionRevoked(RevocationOperation.ALL, reason, List.of(ids), "alice", null, Instant.now());
    }

    @Test
    void everySessionEndsThereWhateverBecomesOfTheOthers(CapturedOutput output) {
        expect("first", withServerError());
        expect("second", withResourceNotFound());
        expect("third", withNoContent());

        listener.on(revoked(SessionEndReason.LOGOUT, "first", "main~second", "third"));

        assertThat(output).contains("Keycloak did not end a revoked session").doesNotContain("first");
    }

    @Test
    void revocationOfAnOutageEndsItAfterwards() {
        expect("late", withNoContent());

        listener.on(new RevocationApplied(RevocationOperation.ONE, "late", null, 1, Instant.now()));
        listener.on(new RevocationApplied(RevocationOperation.ALL, null, "alice", 2, Instant.now()));
    }

    @Test
    void whatKeycloakHasEndedIsNotSentBack() {
        listener.on(revoked(SessionEndReason.IDENTITY_PROVIDER, "ended"));
    }
}
