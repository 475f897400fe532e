// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.ReactiveSessionService;
import dev.sessiontracking.ReactiveSessionTokens;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The reactive counterparts of the services, called on event loops, against a real server. */
@ExtendWith(EventLoopGuard.class)
class ReactiveServicesTests {

    private static final SessionMetadata NONE = SessionMetadata.none();

    private static final List<SessionEvent> EVENTS = new CopyOnWriteArrayList<>();

    @RegisterExtension
    static final RedisServerExtension REDIS = new RedisServerExtension();

    private static FluxServer server;

    @BeforeAll
    static void start() {
        server = FluxServer.withRedis(
                REDIS.url(),
                RedisFluxTests.Application.class,
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri="
                        + TestIssuer.get().jwkSetUri());
        server.context().addApplicationListener(event -> {
            if (event instanceof PayloadApplicationEvent<?> payload
                    && payload.getPayload() instanceof SessionEvent told) {
                EVENTS.add(told);
            }
        });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String begin() {
        return onEventLoop(server.bean(ReactiveSessionService.class).createSession("alice", NONE))
                .id();
    }

    /** Subscribes on a thread that must not block. */
    private static <T> T onEventLoop(Mono<T> call) {
        return call.subscribeOn(Schedulers.parallel()).block(Duration.ofSeconds(10));
    }

    @Test
    void everyMethodOfTheServiceBlocksNoEventLoop() {
        ReactiveSessionService sessions = server.bean(ReactiveSessionService.class);
        UserSession first = onEventLoop(sessions.createSession("bob", NONE));
        UserSession second = onEventLoop(sessions.createSession("bob", "an-id-of-the-application", NONE));
        Instant soon = Instant.now().plusSeconds(60);
        UserSession third = onEventLoop(sessions.registerSession("bob", "registered", NONE, Instant.now(), soon));

        assertThat(onEventLoop(sessions.getSessionStatus(first.id()))).isEqualTo(SessionStatus.LIVE);
        assertThat(onEventLoop(sessions.isSessionValid(first.id()))).isTrue();
        assertThat(onEventLoop(sessions.findSession(first.id())).id()).isEqualTo(first.id());
        assertThat(onEventLoop(sessions.findSession("nobody-has-it"))).isNull();
        assertThat(onEventLoop(sessions.renewSession(first.id()))).isEqualTo(SessionRenewal.RENEWED);
        assertThat(onEventLoop(
                        sessions.getUserSessions("bob").map(UserSession::id).collectList()))
                .containsExactlyInAnyOrder(first.id(), second.id(), third.id());
        assertThat(onEventLoop(sessions.revokeSession(first.id()))).isTrue();
        assertThat(onEventLoop(sessions.revokeSession("carol", second.id()))).isFalse();
        assertThat(onEventLoop(sessions.revokeSession("bob", second.id()))).isTrue();
        assertThat(onEventLoop(sessions.revokeSession(third.id(), soon))).isTrue();
        UserSession kept = onEventLoop(sessions.createSession("bob", NONE));
        assertThat(onEventLoop(sessions.revokeOtherUserSessions("bob", kept.id()))
                        .count())
                .isZero();
        assertThat(onEventLoop(sessions.revokeAllUserSessions("bob")).count()).isEqualTo(1);
        assertThat(onEventLoop(sessions.getNotBefore("bob"))).isNotNull();
        onEventLoop(sessions.clearNotBefore("bob"));
        assertThat(onEventLoop(sessions.getNotBefore("bob"))).isNull();

        UserSession replaced = onEventLoop(sessions.createSession("bob", NONE));
        assertThat(onEventLoop(sessions.createSession("bob", NONE, replaced.id())))
                .isNotNull();
        assertThat(onEventLoop(sessions.getSessionStatus(replaced.id()))).isEqualTo(SessionStatus.ENDED);
        assertThat(onEventLoop(sessions.countSessions(Instant.now()))).isNotNull();
        assertThat(onEventLoop(sessions.revokeAllSessions(Instant.EPOCH.plusSeconds(1))))
                .isNotNull();
        assertThat(onEventLoop(sessions.getSessionCutoff())).isNotNull();
        onEventLoop(sessions.clearSessionCutoff());
        assertThat(onEventLoop(sessions.revokeAllSessions())).isNotNull();
        onEventLoop(sessions.clearSessionCutoff());
        assertThat(onEventLoop(sessions.getSessionCutoff())).isNull();

        SessionEndReason reason = SessionEndReason.ADMINISTRATOR;
        assertThat(onEventLoop(sessions.revokeSession(begin(), reason))).isTrue();
        assertThat(onEventLoop(sessions.revokeSession("alice", begin(), reason)))
                .isTrue();
        assertThat(onEventLoop(sessions.revokeOtherUserSessions("dave", kept.id(), reason))
                        .count())
                .isZero();
        assertThat(onEventLoop(sessions.revokeAllUserSessions("dave", reason)).count())
                .isZero();
    }

    @Test
    void everyMethodOfTheTokensBlocksNoEventLoop() {
        ReactiveSessionTokens tokens = server.bean(ReactiveSessionTokens.class);
        TokenGrant login = onEventLoop(tokens.login("erin", NONE));
        TokenGrant remembered = onEventLoop(tokens.login("erin", NONE, Duration.ofDays(1)));
        Map<String, Object> refreshClaims = new HashMap<>(login.refreshClaims());
        refreshClaims.put("exp", Instant.now().plusSeconds(60));
        TokenGrant refreshed = onEventLoop(tokens.refresh(refreshClaims, NONE));
        TokenGrant replacing = onEventLoop(
                tokens.login("erin", NONE, null, remembered.session().id()));
        assertThat(replacing.session().tracked()).isTrue();
        TokenGrant registered = onEventLoop(tokens.register(
                "erin",
                "registered-by-tokens",
                NONE,
                Instant.now(),
                Instant.now().plusSeconds(60)));

        assertThat(refreshed.session().id()).isEqualTo(login.session().id());
        Map<String, Object> foreign = new HashMap<>(refreshed.accessClaims());
        foreign.put("sub", "frank");
        assertThat(onEventLoop(tokens.logout(foreign))).isFalse();
        assertThat(onEventLoop(tokens.logout(refreshed.accessClaims()))).isTrue();
        assertThat(onEventLoop(tokens.logout(remembered.refreshClaims()))).isFalse();
        assertThat(onEventLoop(tokens.logout(registered.accessClaims()))).isTrue();
    }

    @Test
    void eventsContainTheUserOfTheReactorContext() {
        String session = begin();
        EVENTS.clear();

        onEventLoop(server.bean(ReactiveSessionService.class)
                .revokeSession(session)
                .contextWrite(ReactiveSecurityContextHolder.withAuthentication(
                        new TestingAuthenticationToken("admin", null, "ROLE_ADMIN"))));

        assertThat(EVENTS)
                .singleElement()
                .satisfies(event ->
                        assertThat(((SessionRevoked) event).principal()).isEqualTo("admin"));
        assertThat(SecurityContextHolder.getContext().getAuthentication()).isNull();
    }

    @Test
    void badArgumentsAreErrorSignals() {
        ReactiveSessionService sessions = server.bean(ReactiveSessionService.class);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> onEventLoop(sessions.getSessionStatus("white space")))
                .withMessageContaining("sessionId");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> onEventLoop(sessions.isSessionValid("")));
    }

    /** Otherwise the other tests would prove nothing. */
    @Test
    void blockingIsNoticed() {
        SessionService blocking = server.bean(SessionService.class);

        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> onEventLoop(Mono.fromCallable(() -> blocking.findSession("any"))))
                .satisfies(failure -> assertThat(EventLoopGuard.blocked())
                        .hasOnlyElementsOfType(BlockingOperationError.class)
                        .isNotEmpty());
        EventLoopGuard.blocked().clear();
    }

    static Stream<Method> methods() {
        return Stream.of(SessionService.class, SessionTokens.class).flatMap(type -> Arrays.stream(type.getMethods()));
    }

    /** A method that is added to one of them must be added to the other. */
    @ParameterizedTest
    @MethodSource("methods")
    void everyBlockingMethodHasAReactiveOne(Method method) throws NoSuchMethodException {
        Class<?> reactive = method.getDeclaringClass() == SessionService.class
                ? ReactiveSessionService.class
                : ReactiveSessionTokens.class;

        assertThat(reactive.getMethod(method.getName(), method.getParameterTypes())
                        .getReturnType())
                .isEqualTo(method.getReturnType() == List.class ? Flux.class : Mono.class);
    }
}
