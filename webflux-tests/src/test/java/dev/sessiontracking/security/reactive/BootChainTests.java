// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers.csrf;
import static org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers.mockJwt;
import static org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers.springSecurity;

import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.web.reactive.server.WebTestClient;

/** The chain and the decoders of Spring Boot: an application with one dependency and one property. */
@ExtendWith(EventLoopGuard.class)
class BootChainTests {

    private static final String RESOURCE_SERVER = "spring.security.oauth2.resourceserver.jwt.";

    private static FluxServer start(String property, Map<String, String> others) {
        TestIssuer issuer = TestIssuer.get();
        Map<String, String> values = Map.of(
                "public-key-location", "file:" + issuer.publicKeyFile(),
                "jwk-set-uri", issuer.jwkSetUri(),
                "issuer-uri", issuer.uri());
        Map<String, String> properties = new HashMap<>(others);
        properties.put(RESOURCE_SERVER + property, values.get(property));
        return FluxServer.start(properties, FluxApplication.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"public-key-location", "jwk-set-uri", "issuer-uri"})
    void checksSessionsAndLogsOut(String property) {
        try (FluxServer server = start(property, Map.of(FluxApplication.ON, FluxApplication.URL))) {
            RecordingSessions sessions = server.bean(RecordingSessions.class);
            String session = sessions.begin();
            String token = TestIssuer.get().token(session);

            assertThat(server.call("GET", "/me", token).statusCode()).isEqualTo(200);
            assertThat(sessions.lookups(session)).isEqualTo(1);
            assertThat(server.call("POST", "/logout", token).statusCode()).isEqualTo(204);
            assertThat(server.call("GET", "/me", token).statusCode()).isEqualTo(401);
            assertThat(server.call("POST", "/logout", token).statusCode()).isEqualTo(204);
            assertThat(server.call("POST", "/logout", "not.a.token").statusCode())
                    .isEqualTo(401);
            assertThat(server.call("POST", "/logout", TestIssuer.get().expiredToken(sessions.begin()))
                            .statusCode())
                    .isEqualTo(401);

            String other = TestIssuer.get().token(sessions.begin());
            sessions.goDown(OutagePolicy.REJECT);
            assertThat(server.call("GET", "/me", other).statusCode()).isEqualTo(503);
            sessions.goDown(OutagePolicy.PLAIN_JWT);
            assertThat(server.call("GET", "/me", other).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void rejectsRefreshTokensWhetherTrackingIsOnOrOff() {
        Map<String, Object> refresh = Map.of("token_use", "refresh");
        try (FluxServer on = start("jwk-set-uri", Map.of(FluxApplication.ON, FluxApplication.URL));
                FluxServer off = start("jwk-set-uri", Map.of())) {
            TestIssuer.get().withClaims(refresh, () -> {
                String token = TestIssuer.get().token(null);
                assertThat(on.call("GET", "/me", token).statusCode()).isEqualTo(401);
                assertThat(off.call("GET", "/me", token).statusCode()).isEqualTo(401);
            });
            HttpResponse<String> plain = off.call("GET", "/me", TestIssuer.get().token("gone"));
            assertThat(plain.statusCode()).as("%s", plain.headers()).isEqualTo(200);
            assertThat(off.context().getBeansOfType(FilterChains.class)).isEmpty();
        }
    }

    @Test
    void contextsThatTestsMockAreCheckedAndTheChainIsReported() {
        try (FluxServer server = start("jwk-set-uri", Map.of(FluxApplication.ON, FluxApplication.URL))) {
            RecordingSessions sessions = server.bean(RecordingSessions.class);
            String live = sessions.begin();
            WebTestClient client = WebTestClient.bindToApplicationContext(server.context())
                    .apply(springSecurity())
                    .build();

            client.mutateWith(mockJwt())
                    .get()
                    .uri("/me")
                    .exchange()
                    .expectStatus()
                    .isOk();
            client.mutateWith(mockJwt().jwt(jwt -> jwt.claim("sid", live)))
                    .get()
                    .uri("/me")
                    .exchange()
                    .expectStatus()
                    .isOk();
            client.mutateWith(mockJwt().jwt(jwt -> jwt.claim("sid", "revoked")))
                    .get()
                    .uri("/me")
                    .exchange()
                    .expectStatus()
                    .isUnauthorized();
            WebTestClient alice = client.mutateWith(mockJwt().jwt(jwt -> jwt.claim("sid", live)));
            sessions.goDown(OutagePolicy.REJECT);
            alice.get().uri("/me").exchange().expectStatus().isEqualTo(503);
            sessions.goDown(OutagePolicy.PLAIN_JWT);
            alice.get().uri("/me").exchange().expectStatus().isOk();
            sessions.recover();
            alice.mutateWith(csrf())
                    .post()
                    .uri("/logout")
                    .exchange()
                    .expectStatus()
                    .isNoContent();
            assertThat(sessions.isSessionValid(live)).isFalse();
            alice.get().uri("/me").exchange().expectStatus().isUnauthorized();

            assertThat(server.bean(FilterChains.class).chains()).singleElement().satisfies(chain -> {
                assertThat(chain.checked()).isTrue();
                assertThat(chain.open()).isFalse();
                assertThat(chain.requests()).isEqualTo("any request");
                assertThat(chain.tokens()).isEqualTo("jwt");
                assertThat(chain.unverifiable()).isEmpty();
            });
        }
    }

    /** The endpoints with which an outage is diagnosed, but not for revoked tokens. */
    @Test
    void actuatorIsReadableDuringAnOutageUnderReject() {
        try (FluxServer server = start(
                "jwk-set-uri",
                Map.of(FluxApplication.ON, FluxApplication.URL, "management.endpoints.web.exposure.include", "*"))) {
            RecordingSessions sessions = server.bean(RecordingSessions.class);
            String token = TestIssuer.get().token(sessions.begin());
            String revoked = TestIssuer.get().token("revoked");
            sessions.goDown(OutagePolicy.REJECT);

            assertThat(server.call("GET", "/actuator/health", token).statusCode())
                    .isEqualTo(200);
            assertThat(server.call("GET", "/actuator/env", token).statusCode()).isEqualTo(503);
            sessions.recover();
            assertThat(server.call("GET", "/actuator/health", revoked).statusCode())
                    .isEqualTo(401);
        }
    }
}
