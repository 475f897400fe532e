// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static dev.sessiontracking.test.SessionMockMvcRequestPostProcessors.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.test.AutoConfigureTestSessionStore;
import dev.sessiontracking.test.InMemorySessionStore;
import dev.sessiontracking.test.SessionMockMvcRequestPostProcessors.SessionRequestPostProcessor;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The same without a server and without Redis. */
@WebMvcTest({SessionController.class, AdminController.class})
@Import(SecurityConfiguration.class)
@AutoConfigureTestSessionStore
class SessionControllerTests {

    private final SessionRequestPostProcessor phone = session("alice");

    private final SessionRequestPostProcessor laptop = session("alice");

    private final SessionRequestPostProcessor bob = session("bob");

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private SessionService sessions;

    @Autowired
    private InMemorySessionStore store;

    @MockitoBean
    private JwtDecoder decoder;

    private MvcTestResult list(SessionRequestPostProcessor device) {
        return mvc.get().uri("/sessions").with(device).exchange();
    }

    private MvcTestResult delete(String path, SessionRequestPostProcessor device) {
        return mvc.delete().uri(path).with(device).exchange();
    }

    private String idOf(String user) {
        return sessions.getUserSessions(user).stream()
                .map(UserSession::id)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void deleteEndsTheCurrentSession() {
        assertThat(list(phone)).hasStatusOk();
        assertThat(delete("/sessions/" + idOf("alice"), phone)).hasStatus(204);
        assertThat(list(phone)).hasStatus(401);
    }

    @Test
    void deleteOthersKeepsTheCurrentOne() {
        assertThat(list(phone)).hasStatusOk();
        assertThat(list(bob)).hasStatusOk();
        assertThat(delete("/sessions", laptop))
                .hasStatusOk()
                .bodyJson()
                .isStrictlyEqualTo("{\"revoked\":1,\"pending\":false}");
        assertThat(list(phone)).hasStatus(401);
        assertThat(list(laptop)).hasStatusOk();
        assertThat(list(bob)).hasStatusOk();
    }

    @Test
    void anothersSessionIsNotFoundAndStays() {
        assertThat(list(phone)).hasStatusOk();
        assertThat(delete("/sessions/" + idOf("alice"), bob)).hasStatus(404);
        assertThat(delete("/sessions/AAAAAAAAAAAAAAAAAAAAAAAA", bob)).hasStatus(404);
        assertThat(list(phone)).hasStatusOk();
    }

    @Test
    void administratorsEndSessionsAndOtherUsersDoNot() {
        SessionRequestPostProcessor admin = session("admin").authorities(new SimpleGrantedAuthority("ROLE_ADMIN"));
        assertThat(list(phone)).hasStatusOk();
        assertThat(delete("/admin/users/alice/sessions", bob)).hasStatus(403);
        assertThat(list(phone)).hasStatusOk();
        assertThat(delete("/admin/users/alice/sessions", admin)).hasStatusOk();
        assertThat(list(phone)).hasStatus(401);
    }

    @Test
    void listDuringAnOutageIsUnavailableAndRevocationIsPending() {
        assertThat(list(phone)).hasStatusOk();
        store.beginOutage();
        assertThat(list(phone)).hasStatus(503).headers().containsHeader("Retry-After");
        assertThat(delete("/sessions", laptop)).hasStatusOk().bodyText().contains("\"pending\":true");
    }
}
