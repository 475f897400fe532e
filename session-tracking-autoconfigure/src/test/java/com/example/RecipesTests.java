// SPDX-License-Identifier: Apache-2.0
package com.example;

import static dev.sessiontracking.test.SessionMockMvcRequestPostProcessors.session;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.DeviceList.Device;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.test.AutoConfigureTestSessionStore;
import dev.sessiontracking.test.InMemorySessionStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** The code of docs/recipes.md. */
@SpringBootTest
@AutoConfigureMockMvc
@AutoConfigureTestSessionStore
class RecipesTests {

    private static final SessionMetadata PHONE = SessionMetadata.of("203.0.113.7", "phone");

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private SessionService sessions;

    @Autowired
    private SessionTokens tokens;

    @Autowired
    private InMemorySessionStore store;

    private List<String> live(String userId) {
        return sessions.getUserSessions(userId).stream().map(UserSession::id).toList();
    }

    @Test
    void deviceList(@Autowired DeviceList devices) {
        var laptop = session("alice");
        String phone = tokens.login("alice", PHONE).session().id();
        String bobs = tokens.login("bob", PHONE).session().id();
        assertThat(mvc.get().uri("/devices").with(laptop))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$[*].current")
                .asArray()
                .containsExactlyInAnyOrder(true, false);
        assertThat(mvc.delete().uri("/devices/" + bobs).with(laptop)).hasStatus(404);
        assertThat(mvc.delete().uri("/devices/{id}", "\u00e9").with(laptop)).hasStatus(404);
        assertThat(mvc.delete().uri("/devices/" + phone).with(laptop)).hasStatusOk();
        assertThat(live("alice")).hasSize(1).doesNotContain(phone);
        assertThat(live("bob")).containsExactly(bobs);
        assertThat(Device.class.getRecordComponents()).hasSize(4);
    }

    @Test
    void passwordChange(@Autowired PasswordChange passwords) {
        tokens.login("alice", PHONE);
        TokenGrant grant = passwords.afterChange("alice", PHONE);
        assertThat(live("alice")).containsExactly(grant.session().id());
    }

    @Test
    void dismissedEmployee(@Autowired Dismissal dismissal, @Autowired InMemoryUserDetailsManager users) {
        var token = session("carol");
        assertThat(mvc.get().uri("/devices").with(token)).hasStatusOk();
        assertThat(dismissal.dismiss("carol").count()).isEqualTo(1);
        assertThat(users.userExists("carol")).isFalse();
        assertThat(mvc.get().uri("/devices").with(token)).hasStatus(401);
    }

    @Test
    void mobileApp(@Autowired MobileLogin logins) {
        UserSession app = logins.login("alice", PHONE, true).session();
        UserSession browser = logins.login("alice", PHONE, false).session();
        assertThat(Duration.between(app.createdAt(), app.maxExpiresAt())).isEqualTo(Duration.ofDays(180));
        assertThat(Duration.between(browser.createdAt(), browser.maxExpiresAt()))
                .isEqualTo(Duration.ofHours(12));
        assertThat(browser.expiresAt()).isEqualTo(browser.maxExpiresAt());
        assertThat(app.expiresAt()).isBefore(app.maxExpiresAt());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({DeviceList.class, PasswordChange.class, Dismissal.class, MobileLogin.class})
    static class Application {

        @Bean
        JwtDecoder jwtDecoder() {
            return token -> {
                throw new BadJwtException("These tests present no token that must be decoded");
            };
        }

        @Bean
        InMemoryUserDetailsManager users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("carol").password("{noop}x").build());
        }
    }
}
