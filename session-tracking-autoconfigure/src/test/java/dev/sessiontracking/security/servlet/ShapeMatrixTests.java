// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every application gets, however it accepts JWTs. Over HTTP, one server for each shape. */
class ShapeMatrixTests {

    private static final Map<Shape, TestServer> SERVERS = new EnumMap<>(Shape.class);

    @AfterAll
    static void stop() {
        SERVERS.values().forEach(TestServer::close);
        SERVERS.clear();
    }

    @AfterEach
    void recover() {
        SERVERS.values().forEach(server -> server.sessions().recover());
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void liveSessionPassesWithOneLookup(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        String session = sessions.begin();

        HttpResponse<String> answer = call(shape, "GET", "/me", shape.token(session));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("alice");
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void revokedSessionIsRefusedWithOneLookupAndNoHttpSession(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        String session = sessions.begin();
        sessions.revokeSession(session);

        HttpResponse<String> answer = call(shape, "GET", "/me", shape.token(session));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .singleElement()
                .satisfies(challenge -> assertThat(challenge)
                        .startsWith(shape.scheme() + " ")
                        .contains("error=\"invalid_token\"")
                        .contains("error_description=")
                        .doesNotContain(session));
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(answer.headers().firstValue("Location")).isEmpty();
        assertThat(answer.body()).isEmpty();
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void logoutEndsTheSessionAndCanBeRepeated(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        String session = sessions.begin();
        String token = shape.token(session);

        assertThat(call(shape, "GET", "/me", token).statusCode()).isEqualTo(200);
        HttpResponse<String> logout = call(shape, "POST", "/logout", token);
        assertThat(logout.statusCode()).isEqualTo(204);
        assertThat(logout.headers().firstValue("Location")).isEmpty();
        assertThat(sessions.isSessionValid(session)).isFalse();
        assertThat(call(shape, "GET", "/me", token).statusCode()).isEqualTo(401);
        assertThat(call(shape, "POST", "/logout", token).statusCode()).isEqualTo(204);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void garbageIsRefusedAndLogsNobodyOut(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        sessions.forget();
        String token = "not.a.token";

        assertThat(call(shape, "GET", "/me", token).statusCode()).isEqualTo(401);
        HttpResponse<String> logout = call(shape, "POST", "/logout", token);

        assertThat(logout.statusCode()).isEqualTo(401);
        assertThat(logout.headers().firstValue("Location")).isEmpty();
        assertThat(sessions.revocations()).isEmpty();
        assertThat(sessions.lookups()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DPOP")
    void expiredTokenLogsNobodyOut(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        String session = sessions.begin();

        HttpResponse<String> logout =
                call(shape, "POST", "/logout", TestIssuer.get().expiredToken(session));

        assertThat(logout.statusCode()).isEqualTo(401);
        assertThat(sessions.isSessionValid(session)).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void outageUnderPlainJwtLetsTokensPass(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        String session = sessions.begin();
        sessions.goDown(OutagePolicy.PLAIN_JWT);

        assertThat(call(shape, "GET", "/me", shape.token(session)).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void outageUnderRejectIsUnavailableAndNeverABadToken(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        String session = sessions.begin();
        sessions.goDown(OutagePolicy.REJECT);

        HttpResponse<String> answer = call(shape, "GET", "/me", shape.token(session));

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(answer.body()).contains("\"status\":503");
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void logoutDuringAnOutageUnderRejectIsAttemptedAndUnconfirmed(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        String session = sessions.begin();
        String token = shape.token(session);
        sessions.goDown(OutagePolicy.REJECT);

        HttpResponse<String> logout = call(shape, "POST", "/logout", token);

        assertThat(logout.statusCode()).isEqualTo(503);
        assertThat(logout.headers().firstValue("Retry-After")).isPresent();
        assertThat(sessions.revocations()).contains(session);
        assertThat(call(shape, "GET", "/me", token).statusCode()).isEqualTo(401);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void tokenWithoutASessionIsPlainJwt(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        sessions.forget();

        HttpResponse<String> answer = call(shape, "GET", "/me", shape.token(null));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(sessions.lookups()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HAND_WRITTEN_TOKENS")
    void refreshTokenOpensNoApi(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        String session = sessions.begin();
        sessions.forget();
        Map<String, Object> refresh = Map.of("token_use", "refresh", "srt", 0);

        TestIssuer.get().withClaims(refresh, () -> {
            assertThat(call(shape, "GET", "/me", shape.token(session)).statusCode())
                    .isEqualTo(401);
            assertThat(call(shape, "GET", "/me", shape.token(null)).statusCode())
                    .as("without a session")
                    .isEqualTo(401);
        });

        assertThat(sessions.lookups()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void requestWithoutATokenIsLeftToTheChain(Shape shape) {
        RecordingSessions sessions = server(shape).sessions();
        sessions.forget();

        HttpResponse<String> answer = server(shape).get("/me", request -> {});

        assertThat(answer.statusCode()).isIn(401, 403);
        assertThat(answer.headers().allValues("WWW-Authenticate")).noneMatch(challenge -> challenge.contains("error"));
        assertThat(sessions.lookups()).isEmpty();
    }

    private static TestServer server(Shape shape) {
        return SERVERS.computeIfAbsent(shape, Shape::start);
    }

    private static HttpResponse<String> call(Shape shape, String method, String path, String token) {
        URI target = server(shape).uri(path);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(target).method(method, HttpRequest.BodyPublishers.noBody());
        return TestServer.send(request, builder -> shape.authenticate(builder, method, target, token));
    }
}
