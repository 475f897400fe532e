// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static dev.sessiontracking.security.servlet.MvcTester.bearer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEvent.RequestRejected.Reason;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.documentation.CodeBlocks;
import dev.sessiontracking.documentation.MarkdownPage;
import dev.sessiontracking.spi.OutagePolicy;
import io.jsonwebtoken.Jwts;
import jakarta.servlet.Filter;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;

/** The filter that the documentation shows, with the real jjwt: users are numbers, and Spring Security sees no token. */
class JjwtFilterTests {

    private static final SecretKey KEY = Jwts.SIG.HS256.key().build();

    @TempDir
    private static Path folder;

    private static Class<?> recipe;

    @BeforeAll
    static void compileTheRecipe() throws Exception {
        String block = MarkdownPage.read("docs/extending.md").blocks("java").stream()
                .filter(code -> code.contains("io.jsonwebtoken"))
                .findFirst()
                .orElseThrow();
        assertThat(CodeBlocks.compile(block, folder)).isEmpty();
        URL[] classes = {folder.toUri().toURL()};
        recipe = new URLClassLoader(classes, JjwtFilterTests.class.getClassLoader()).loadClass("JwtFilter");
    }

    private static String token(String sessionId) {
        return Jwts.builder()
                .subject("42")
                .claim("uid", 42)
                .claims(Map.of("sid", sessionId))
                .signWith(KEY)
                .compact();
    }

    private static void run(MvcTester.ThrowingConsumer test) {
        MvcTester.run(
                MvcTester.runner()
                        .withUserConfiguration(OwnFilter.class)
                        .withPropertyValues("session.tracking.jwt.user-id-claim=uid"),
                test);
    }

    @Test
    void checksTheSessionOnceAndKnowsANumberAsUser() {
        run(app -> {
            String session = app.sessions().begin();

            assertThat(app.get("/open/me", bearer(token(session))).getContentAsString())
                    .isEqualTo("42");
            assertThat(app.sessions().lookups()).containsExactly(new TokenSession(session, "42", null));
        });
    }

    @Test
    void rejectsARevokedSessionAndReportsIt() {
        run(app -> {
            assertThat(app.get("/open/me", bearer(token(app.revoked()))).getStatus())
                    .isEqualTo(401);
            assertThat(app.context().getBean(OwnFilter.class).rejected).containsExactly(Reason.ENDED + " of 42");
        });
    }

    @Test
    void logoutEndsTheSession() {
        run(app -> {
            String session = app.sessions().begin();

            assertThat(app.post("/logout", bearer(token(session))).getStatus()).isEqualTo(204);
            assertThat(app.get("/open/me", bearer(token(session))).getStatus()).isEqualTo(401);
        });
    }

    @Test
    void ruleForLiveSessionsKnowsTheToken() {
        run(app -> {
            String session = app.sessions().begin();
            String withoutSession =
                    Jwts.builder().subject("42").claim("uid", 42).signWith(KEY).compact();

            assertThat(app.get("/me", bearer(token(session))).getStatus()).isEqualTo(200);
            assertThat(app.get("/me", bearer(withoutSession)).getStatus()).isEqualTo(403);
            app.sessions().goDown(OutagePolicy.PLAIN_JWT);
            assertThat(app.get("/me", bearer(token(session))).getStatus()).isEqualTo(503);
        });
    }

    @Test
    void forgedTokenLogsNobodyOut() {
        run(app -> {
            String session = app.sessions().begin();
            String forged = Jwts.builder()
                    .claims(Map.of("sid", session))
                    .signWith(Jwts.SIG.HS256.key().build())
                    .compact();

            assertThat(app.post("/logout", bearer(forged)).getStatus()).isEqualTo(401);
            assertThat(app.sessions().isSessionValid(session)).isTrue();
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFilter {

        private final List<String> rejected = new ArrayList<>();

        @Bean
        SecurityFilterChain chain(HttpSecurity http, SessionAuthorization sessions) throws Exception {
            Constructor<?> constructor = recipe.getDeclaredConstructor(SecretKey.class);
            constructor.setAccessible(true);
            return http.csrf(csrf -> csrf.disable())
                    .authorizeHttpRequests(requests -> requests.requestMatchers("/me")
                            .access(sessions.hasLiveSession())
                            .anyRequest()
                            .authenticated())
                    .addFilterBefore((Filter) constructor.newInstance(KEY), UsernamePasswordAuthenticationFilter.class)
                    .build();
        }

        @Bean
        dev.sessiontracking.core.SessionChecker.RejectionSink rejections() {
            return (reason, sessionId, userId) -> rejected.add(reason + " of " + userId);
        }
    }
}
