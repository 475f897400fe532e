// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import static dev.sessiontracking.test.SessionMockMvcRequestPostProcessors.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.spi.SessionStore;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer.MethodName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A whole application that names a Redis which does not exist. Its tests share one context, and leave it in disorder. */
@SpringBootTest(
        properties = {
            "session.tracking.redis-url=redis://127.0.0.1:1",
            "session.tracking.jwt.user-id-claim=uid",
            "session.tracking.jwt.issuers=https://issuer.example,https://other.example"
        })
@AutoConfigureMockMvc
@AutoConfigureTestSessionStore
@TestMethodOrder(MethodName.class)
class AutoConfigureTestSessionStoreTests {

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private SessionService sessions;

    @Autowired
    private InMemorySessionStore store;

    @Autowired
    private List<SessionStore> stores;

    @Test
    void aStoreReplacesRedis() {
        assertThat(stores).containsExactly(store);
        assertThat(sessions.createSession("alice", SessionMetadata.none()).tracked())
                .isTrue();
        assertThat(sessions.getUserSessions("alice")).hasSize(1);
    }

    @Test
    void bRevocationOfAllDuringAnOutageStaysInItsTest() {
        assertThat(mvc.get().uri("/who").with(session("alice"))).hasStatusOk();
        store.beginOutage();
        sessions.revokeAllUserSessions("alice");
        assertThat(mvc.get().uri("/who").with(loginOfAnOutage())).hasStatus(401);
    }

    @Test
    void cEachTestBeginsEmptyAndWithoutOutage() {
        assertThat(sessions.getUserSessions("alice")).isEmpty();
        assertThat(sessions.getNotBefore("alice")).isEmpty();
        assertThat(mvc.get().uri("/who").with(loginOfAnOutage())).hasStatusOk();
        assertThat(sessions.createSession("alice", SessionMetadata.none()).tracked())
                .isTrue();
    }

    /** Without a session, so that only a marker of its user could reject it. */
    private static SecurityMockMvcRequestPostProcessors.JwtRequestPostProcessor loginOfAnOutage() {
        return SecurityMockMvcRequestPostProcessors.jwt()
                .jwt(jwt -> jwt.claim("uid", "alice").issuer("https://issuer.example"));
    }

    @Test
    void tokenHasTheClaimsThatTheConfigurationReads() {
        var alice = session("alice");
        assertThat(mvc.get().uri("/who").with(alice)).hasStatusOk().hasBodyTextEqualTo("alice [SCOPE_read]");
        assertThat(mvc.get().uri("/who").with(session("alice"))).hasStatusOk();
        sessions.revokeAllUserSessions("alice");
        assertThat(mvc.get().uri("/who").with(alice)).hasStatus(401);
    }

    @Test
    void requestsOfOneDeviceBelongToOneSession() {
        var alice = session("alice");
        GrantedAuthority admin = new SimpleGrantedAuthority("admin");
        assertThat(mvc.get().uri("/who").with(alice)).hasStatusOk();
        assertThat(mvc.get().uri("/who").with(alice.authorities(admin)))
                .hasStatusOk()
                .hasBodyTextEqualTo("alice [admin]");
        assertThat(mvc.get().uri("/who").with(alice.jwt(jwt -> jwt.claim("scope", "write"))))
                .hasStatusOk()
                .hasBodyTextEqualTo("alice [SCOPE_write]");
        assertThat(sessions.getUserSessions("alice")).hasSize(1);
        assertThat(mvc.get().uri("/who").with(alice.authorities(admin).revoked()))
                .hasStatus(401);
        assertThat(mvc.get().uri("/who").with(alice)).hasStatus(401);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        JwtDecoder jwtDecoder() {
            return token -> {
                throw new BadJwtException("These tests present no token that must be decoded");
            };
        }

        @Bean
        Who who() {
            return new Who();
        }
    }

    @RestController
    static class Who {

        @GetMapping("/who")
        String who(Authentication authentication) {
            return authentication.getName() + " "
                    + authentication.getAuthorities().stream()
                            .map(GrantedAuthority::getAuthority)
                            .toList();
        }
    }
}
