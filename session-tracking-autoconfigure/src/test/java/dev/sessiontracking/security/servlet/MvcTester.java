// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.mock.web.MockHttpServletResponse;
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

    static void run(WebApplicationContextRunner runner, ThrowingConsumer test) {
        runner.run(context -> {
            org.assertj.core.api.Assertions.assertThat(context).hasNotFailed();
            test.accept(new MvcTester(
                    context,
                    MockMvcBuilders.webAppContextSetup(context)
                            .apply(springSecurity())
                            .build(),
                    context.getBean(RecordingSessions.class)));
        });
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

    interface ThrowingConsumer {
        void accept(MvcTester tester) throws Exception;
    }
}
