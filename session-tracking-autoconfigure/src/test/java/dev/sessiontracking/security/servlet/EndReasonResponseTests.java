// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.security.TestIssuer;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletResponse;

/** What a client reads in a 401 of why its session has ended. */
class EndReasonResponseTests {

    private static final String LIMIT = SessionEndReason.LIMIT.description();

    private static MockHttpServletResponse ended(MvcTester app, SessionEndReason reason) {
        String session = app.sessions().begin();
        app.sessions().revokeSession(session, reason);
        return app.get("/me", MvcTester.session(session));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                ShapeConfigurations.InlineDecoder.class,
                ShapeConfigurations.UserDecoder.class,
                ShapeConfigurations.HidingConverter.class,
                ShapeConfigurations.MultiIssuer.class
            })
    void challengeNamesTheReason(Class<?> shape) {
        MvcTester.run(shape, app -> {
            MockHttpServletResponse answer = ended(app, SessionEndReason.LIMIT);
            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeaders("WWW-Authenticate"))
                    .singleElement()
                    .satisfies(challenge -> assertThat(challenge)
                            .startsWith("Bearer ")
                            .contains("error=\"invalid_token\"", "error_description=\"" + LIMIT + "\"")
                            .containsOnlyOnce(", session_end=\"limit\""));
        });
    }

    @Test
    void ownReasonIsNamedTooAndHasAGeneralDescription() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            String challenge =
                    ended(app, new SessionEndReason("account-closed")).getHeader("WWW-Authenticate");
            assertThat(challenge)
                    .contains("error_description=\"The session has ended\"", "session_end=\"account-closed\"");
        });
    }

    @Test
    void unknownReasonChangesNothing() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            MockHttpServletResponse answer = app.get("/me", MvcTester.session("never-there"));
            assertThat(answer.getStatus()).isEqualTo(401);
            assertThat(answer.getHeader("WWW-Authenticate"))
                    .contains("The access token is expired, revoked or invalid")
                    .doesNotContain("session_end");
        });
    }

    @Test
    void garbageTokenHasNoReason() {
        MvcTester.run(ShapeConfigurations.InlineDecoder.class, app -> {
            ended(app, SessionEndReason.LIMIT);
            MockHttpServletResponse answer = app.get("/me", MvcTester.bearer("garbage"));
            assertThat(answer.getHeader("WWW-Authenticate")).doesNotContain("session_end");
        });
    }

    @Test
    void realServerSendsOneChallenge() {
        try (TestServer server = TestServer.start(Map.of(), ShapeConfigurations.InlineDecoder.class)) {
            String session = server.sessions().begin();
            server.sessions().revokeSession(session, SessionEndReason.LIMIT);
            HttpResponse<String> answer =
                    server.get("/me", TestServer.bearer(TestIssuer.get().token(session)));
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().allValues("WWW-Authenticate"))
                    .singleElement()
                    .asString()
                    .endsWith(", session_end=\"limit\"");
        }
    }
}
