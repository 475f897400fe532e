// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEvent.RequestRejected.Reason;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A refused request is told once, and a revocation with who asked for it. */
class RejectionsAndPrincipalsTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final List<String> rejections = new CopyOnWriteArrayList<>();

    private void run(Class<?> shape, MvcTester.ThrowingConsumer test) {
        MvcTester.run(
                MvcTester.runner()
                        .withUserConfiguration(shape)
                        .withBean(
                                RejectionSink.class,
                                () -> (reason, sessionId, userId) -> rejections.add(reason + " " + sessionId)),
                test);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                ShapeConfigurations.UserDecoder.class,
                ShapeConfigurations.HidingConverter.class,
                ShapeConfigurations.MultiIssuer.class
            })
    void endedSessionIsToldOnce(Class<?> shape) {
        run(shape, app -> {
            String session = app.revoked();
            assertThat(app.get("/me", MvcTester.session(session)).getStatus()).isEqualTo(401);
            assertThat(rejections).containsExactly(Reason.ENDED + " " + session);
        });
    }

    @Test
    void liveSessionIsNotTold() {
        run(ShapeConfigurations.UserDecoder.class, app -> {
            app.get("/me", MvcTester.session(app.sessions().begin()));
            assertThat(rejections).isEmpty();
        });
    }

    @Test
    void unusableSessionIsToldOnce() {
        run(ShapeConfigurations.UserDecoder.class, app -> {
            String token = TestIssuer.get().sign(claims -> claims.claim("sid", List.of(17)));
            assertThat(app.get("/me", MvcTester.bearer(token)).getStatus()).isEqualTo(401);
            assertThat(rejections).containsExactly(Reason.UNUSABLE + " null");
        });
    }

    @Test
    void outageUnderRejectIsToldOnce() {
        run(ShapeConfigurations.UserDecoder.class, app -> {
            String session = app.sessions().begin();
            app.sessions().goDown(OutagePolicy.REJECT);
            assertThat(app.get("/me", MvcTester.session(session)).getStatus()).isEqualTo(503);
            assertThat(rejections).containsExactly(Reason.UNAVAILABLE + " " + session);
        });
    }

    @Test
    void outageUnderPlainJwtIsNoRejection() {
        run(ShapeConfigurations.UserDecoder.class, app -> {
            app.sessions().goDown(OutagePolicy.PLAIN_JWT);
            app.get("/me", MvcTester.session("any"));
            assertThat(rejections).isEmpty();
        });
    }

    /** The logout filter comes before the filter that authenticates the token. */
    @Test
    void logoutIsToldWithWhoseTokenItWas() {
        new WebApplicationContextRunner()
                .withUserConfiguration(Application.class, ShapeConfigurations.UserDecoder.class)
                .withPropertyValues(
                        "session.tracking.redis-url=" + redis.url(),
                        "session.tracking.connect-timeout=5s",
                        "session.tracking.command-timeout=5s")
                .run(context -> {
                    MockMvc mvc = MockMvcBuilders.webAppContextSetup(context)
                            .apply(SecurityMockMvcConfigurers.springSecurity())
                            .build();
                    UserSession session =
                            context.getBean(SessionService.class).createSession("alice", SessionMetadata.none());
                    new MvcTester(context, mvc, null).post("/logout", MvcTester.session(session.id()));
                    assertThat(context.getBean(Application.class).revoked)
                            .extracting(SessionRevoked::principal)
                            .containsExactly("alice");
                });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(
            excludeName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
    @Import(Endpoints.class)
    static class Application {

        private final List<SessionRevoked> revoked = new CopyOnWriteArrayList<>();

        @EventListener
        void on(SessionRevoked event) {
            revoked.add(event);
        }
    }

    @Test
    void unavailableStoreInAControllerIsUnavailableToo() {
        MvcTester.run(NeedsTheStore.class, app -> {
            MockHttpServletResponse answer =
                    app.get("/needs-the-store", MvcTester.session(app.sessions().begin()));

            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(answer.getHeader("Retry-After")).isEqualTo("5");
            assertThat(answer.getContentType()).isEqualTo("application/problem+json");
        });
    }

    @Configuration(proxyBeanMethods = false)
    @Import({ShapeConfigurations.InlineDecoder.class, StoreController.class})
    static class NeedsTheStore {}

    @RestController
    static class StoreController {
        @GetMapping("/needs-the-store")
        String needsTheStore() {
            throw new SessionStoreUnavailableException("down", null);
        }
    }
}
