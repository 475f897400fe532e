// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every WebFlux application gets, however it accepts JWTs. Over HTTP with Netty, and no event loop is blocked. */
@ExtendWith(EventLoopGuard.class)
class FluxShapeMatrixTests {

    private static FluxServer server;

    private static RecordingSessions sessions;

    @BeforeAll
    static void start() {
        server = FluxServer.start(
                Map.of(
                        FluxApplication.ON,
                        FluxApplication.URL,
                        "session.tracking.jwt.issuers",
                        TestIssuer.get().uri()),
                FluxShapes::registerChains,
                FluxApplication.class,
                FluxShapes.class,
                FluxShapes.Secured.class);
        sessions = server.bean(RecordingSessions.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void recover() {
        sessions.recover();
        FluxShapes.SEEN.clear();
    }

    @ParameterizedTest
    @EnumSource
    void liveSessionPassesWithOneLookup(FluxShape shape) {
        String session = sessions.begin();

        HttpResponse<String> answer = call(shape, "GET", "me", token(session));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("alice");
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void revokedSessionIsRejectedWithOneLookup(FluxShape shape) {
        String session = sessions.begin();
        sessions.revokeSession(session);

        HttpResponse<String> answer = call(shape, "GET", "me", token(session));

        assertThat(answer.statusCode()).isEqualTo(shape.rejection());
        if (shape.rejection() == 401) {
            assertThat(answer.headers().allValues("WWW-Authenticate"))
                    .singleElement()
                    .satisfies(challenge -> assertThat(challenge)
                            .startsWith("Bearer ")
                            .contains("error=\"invalid_token\"")
                            .doesNotContain(session));
        }
        assertThat(answer.headers().firstValue("Location")).isEmpty();
        assertThat(answer.body()).isEmpty();
        assertThat(sessions.lookups(session)).isEqualTo(1);
        assertThat(FluxShapes.SEEN).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void logoutEndsTheSessionAndCanBeRepeated(FluxShape shape) {
        String session = sessions.begin();
        String token = token(session);

        HttpResponse<String> logout = call(shape, "POST", "logout", token);

        assertThat(logout.statusCode()).isEqualTo(204);
        assertThat(logout.headers().firstValue("Location")).isEmpty();
        assertThat(sessions.isSessionValid(session)).isFalse();
        assertThat(call(shape, "GET", "me", token).statusCode()).isEqualTo(shape.rejection());
        assertThat(call(shape, "POST", "logout", token).statusCode()).isEqualTo(204);
    }

    @ParameterizedTest
    @EnumSource
    void outageUnderPlainJwtLetsTokensPass(FluxShape shape) {
        String session = sessions.begin();
        sessions.goDown(OutagePolicy.PLAIN_JWT);

        assertThat(call(shape, "GET", "me", token(session)).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void outageUnderRejectIsUnavailableAndNeverABadToken(FluxShape shape) {
        String session = sessions.begin();
        sessions.goDown(OutagePolicy.REJECT);

        HttpResponse<String> answer = call(shape, "GET", "me", token(session));

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
        assertThat(answer.body()).contains("\"status\":503");
        assertThat(sessions.lookups(session)).isEqualTo(1);
        assertThat(FluxShapes.SEEN).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void logoutDuringAnOutageUnderRejectIsAttemptedAndUnconfirmed(FluxShape shape) {
        String session = sessions.begin();
        String token = token(session);
        sessions.goDown(OutagePolicy.REJECT);

        HttpResponse<String> logout = call(shape, "POST", "logout", token);

        assertThat(logout.statusCode()).isEqualTo(503);
        assertThat(logout.headers().firstValue("Retry-After")).isPresent();
        assertThat(sessions.revocations()).contains(session);
        assertThat(call(shape, "GET", "me", token).statusCode()).isEqualTo(shape.rejection());
    }

    @ParameterizedTest
    @EnumSource
    void tokenWithoutASessionIsPlainJwt(FluxShape shape) {
        sessions.forget();

        assertThat(call(shape, "GET", "me", token(null)).statusCode()).isEqualTo(200);
        assertThat(sessions.lookups()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void refreshTokenOpensNoApi(FluxShape shape) {
        String session = sessions.begin();
        sessions.forget();

        TestIssuer.get().withClaims(Map.of("token_use", "refresh", "srt", 0), () -> {
            assertThat(call(shape, "GET", "me", token(session)).statusCode()).isEqualTo(shape.rejection());
            assertThat(call(shape, "GET", "me", token(null)).statusCode())
                    .as("without a session")
                    .isEqualTo(shape.rejection());
        });

        assertThat(sessions.lookups()).isEmpty();
        assertThat(FluxShapes.SEEN).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void requestWithoutATokenIsLeftToTheChain(FluxShape shape) {
        HttpResponse<String> answer = server.call("GET", "/" + shape + "/me", request -> {});

        assertThat(answer.statusCode())
                .isIn(shape == FluxShape.PERMIT_ALL ? List.of(200) : List.of(401, 302, shape.rejection()));
        assertThat(answer.headers().allValues("WWW-Authenticate")).noneMatch(challenge -> challenge.contains("error"));
    }

    @Test
    void filtersOfTheApplicationSeeTheUserOfALiveSession() {
        call(FluxShape.FILTERS_OF_THE_APPLICATION, "GET", "me", token(sessions.begin()));

        assertThat(FluxShapes.SEEN).containsOnly("alice").hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void tokenThatTheConverterChoosesIsCheckedWhateverElseTheRequestShows() {
        String revoked = sessions.begin();
        sessions.revokeSession(revoked);
        String live = token(sessions.begin());

        HttpResponse<String> answer = server.call(
                "GET",
                "/" + FluxShape.HIDING_CONVERTER_WITH_COOKIE + "/me",
                request ->
                        request.header("Authorization", "Bearer " + live).header("Cookie", "token=" + token(revoked)));

        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @EnumSource(names = {"HIDING_CONVERTER_WITH_COOKIE", "COOKIE_TO_HEADER"})
    void anotherSiteLogsNobodyOut(FluxShape shape) {
        String session = sessions.begin();

        HttpResponse<String> answer = server.call(
                "POST",
                "/" + shape + "/logout",
                request -> request.header("Cookie", "token=" + token(session)).header("Sec-Fetch-Site", "cross-site"));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(sessions.isSessionValid(session)).isTrue();
    }

    @Test
    void rejectedRequestStaysRejectedWhenAFilterContinuesAgain() {
        String session = sessions.begin();
        sessions.revokeSession(session);

        HttpResponse<String> answer = call(FluxShape.FILTER_THAT_CONTINUES_TWICE, "GET", "me", token(session));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).isEmpty();
        assertThat(FluxShapes.SEEN).isEmpty();
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    private static String token(String session) {
        return TestIssuer.get().token(session);
    }

    private static HttpResponse<String> call(FluxShape shape, String method, String path, String token) {
        String target = "/" + shape + "/" + path;
        return server.call(method, target, request -> shape.authenticate(request, server.uri(target), token));
    }
}
