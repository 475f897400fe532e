// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.RequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

/** An application without a container, and what one can ask it. */
record MvcTester(WebApplicationContext context, MockMvc mvc, RecordingSessions sessions) {

    static WebApplicationContextRunner runner() {
        return new WebApplicationContextRunner()
                .withUserConfiguration(TestServer.Application.class)
                .withPropertyValues("session.tracking.redis-url=redis://127.0.0.1:1");
    }

    static void run(Class<?> configuration, ThrowingConsumer test) {
        run(runner().withUserConfiguration(configuration), test);
    }

    static void run(Chain chain, ThrowingConsumer test) {
        run(runner(chain), test);
    }

    /** An application whose only chain is this one. */
    static WebApplicationContextRunner runner(Chain chain) {
        return runner().withInitializer(context -> ((GenericApplicationContext) context)
                .registerBean(SecurityFilterChain.class, () -> chain.build(context)));
    }

    static void run(WebApplicationContextRunner runner, ThrowingConsumer test) {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            test.accept(new MvcTester(
                    context,
                    MockMvcBuilders.webAppContextSetup(context)
                            .apply(springSecurity())
                            .build(),
                    context.getBean(RecordingSessions.class)));
        });
    }

    /** A live session passes with one lookup, and a revoked one is refused with one. */
    void assertRefusesRevoked() {
        String live = sessions.begin();
        String revoked = revoked();
        assertThat(get("/me", session(live)).getStatus()).isEqualTo(200);
        MockHttpServletResponse refused = get("/me", session(revoked));
        assertThat(refused.getStatus()).isEqualTo(401);
        assertThat(refused.getHeader("WWW-Authenticate")).contains("invalid_token");
        assertThat(sessions.lookups(live)).isEqualTo(1);
        assertThat(sessions.lookups(revoked)).isEqualTo(1);
    }

    void assertLogsOut() {
        String session = sessions.begin();
        assertThat(post("/logout", session(session)).getStatus()).isEqualTo(204);
        assertThat(sessions.revocations()).contains(session);
        assertThat(get("/me", session(session)).getStatus()).isEqualTo(401);
    }

    String revoked() {
        String session = sessions.begin();
        sessions.revokeSession(session);
        sessions.forget();
        return session;
    }

    MockHttpServletResponse get(String path, RequestPostProcessor... processors) {
        var request = MockMvcRequestBuilders.get(path);
        for (RequestPostProcessor processor : processors) {
            request.with(processor);
        }
        return perform(request);
    }

    MockHttpServletResponse post(String path, RequestPostProcessor... processors) {
        var request = MockMvcRequestBuilders.post(path);
        for (RequestPostProcessor processor : processors) {
            request.with(processor);
        }
        return perform(request);
    }

    MockHttpServletResponse perform(RequestBuilder request) {
        try {
            return mvc.perform(request).andReturn().getResponse();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    static RequestPostProcessor bearer(String token) {
        return request -> {
            request.addHeader("Authorization", "Bearer " + token);
            return request;
        };
    }

    static RequestPostProcessor session(String sessionId) {
        return bearer(TestIssuer.get().token(sessionId));
    }

    /** What a chain has besides that every request needs an authentication. */
    interface Chain {

        void configure(HttpSecurity http) throws Exception;

        /** One that decodes tokens, and has more. */
        static Chain ofResourceServer(Chain more) {
            return http -> {
                http.oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())));
                more.configure(http);
            };
        }

        private SecurityFilterChain build(ApplicationContext context) {
            try {
                HttpSecurity http = context.getBean(HttpSecurity.class);
                http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated());
                configure(http);
                return http.build();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        }
    }

    interface ThrowingConsumer {
        void accept(MvcTester tester) throws Exception;
    }
}
