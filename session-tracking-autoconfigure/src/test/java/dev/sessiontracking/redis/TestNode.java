// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.spi.CachingReader.FeedState;
import dev.sessiontracking.spi.SessionStore.Providers;
import dev.sessiontracking.testkit.ProviderTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** One node of an application: a context of its own, as the auto-configuration makes it. */
final class TestNode implements AutoCloseable {

    /** Whatever comes back must be back by then, on a machine that is busy with other things too. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    /** What a second is enough for, on such a machine. */
    static final Duration SOON = Duration.ofSeconds(5);

    /** For nodes that are judged by the time they take. */
    static final String DEFAULT_TIMEOUT = "session.tracking.command-timeout=250ms";

    /** Twice the default: a machine that is busy with other things must not look like an outage. */
    private static final String PATIENT = "session.tracking.command-timeout=500ms";

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    final SessionService service;

    final SessionChecker checker;

    private TestNode(String url, Providers providers, String... properties) {
        TestPropertyValues.of(PATIENT)
                .and(properties)
                .and("session.tracking.redis-url=" + url)
                .applyTo(context);
        context.registerBean(Providers.class, () -> providers);
        context.register(
                SslAutoConfiguration.class,
                RedisSessionStoreAutoConfiguration.class,
                SessionTrackingAutoConfiguration.class);
        context.refresh();
        this.service = context.getBean(SessionService.class);
        this.checker = context.getBean(SessionChecker.class);
    }

    static TestNode at(String url, String... properties) {
        return new TestNode(url, Providers.NONE, properties);
    }

    /** All its sessions are those of an identity provider. */
    static TestNode withProvider(String url, String... properties) {
        return new TestNode(url, ProviderTokens.PROVIDER, properties);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    Result check(String sessionId) {
        return checker.check(TokenSession.of(sessionId));
    }

    SessionStatus status(TokenSession token) {
        return checker.check(token).status();
    }

    /** Of a token without a session. */
    SessionStatus statusOf(String userId, @Nullable Instant authenticatedAt) {
        return checker.checkWithoutSession(userId, authenticatedAt).status();
    }

    void awaitStatusOf(String userId, @Nullable Instant authenticatedAt, SessionStatus status) {
        await().atMost(PATIENCE).until(() -> statusOf(userId, authenticatedAt) == status);
    }

    void awaitStatus(TokenSession token, SessionStatus status) {
        awaitStatus(token, status, PATIENCE);
    }

    void awaitStatus(TokenSession token, SessionStatus status, Duration atMost) {
        await().atMost(atMost)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(status(token)).isEqualTo(status));
    }

    /** A session that the server holds, however long this node takes to reach it. */
    UserSession login(String userId) {
        return await().atMost(PATIENCE)
                .ignoreException(SessionStoreUnavailableException.class)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> service.createSession(userId, SessionMetadata.none()), UserSession::tracked);
    }

    SessionTokens tokens() {
        return bean(SessionTokens.class);
    }

    /** With the claims that a decoder gives to the application. */
    TokenGrant refresh(TokenGrant grant) {
        return refresh(grant, SessionMetadata.none());
    }

    TokenGrant refresh(TokenGrant grant, SessionMetadata metadata) {
        Map<String, Object> claims = new HashMap<>(grant.refreshClaims());
        claims.put("exp", grant.refreshExpiresAt());
        return tokens().refresh(claims, metadata);
    }

    void awaitAnswer(String sessionId, Result answer) {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> check(sessionId) == answer);
    }

    void awaitCached(String sessionId) {
        awaitAnswer(sessionId, Result.LIVE_BY_CACHE);
    }

    FeedState feed() {
        return bean(SessionTracking.class).feed();
    }

    /** The feed is read with the checks. */
    void awaitFeed(FeedState.Coverage coverage) {
        await().atMost(PATIENCE).until(() -> {
            check("traffic");
            return feed().coverage() == coverage;
        });
    }

    long rememberedRevocations() {
        return bean(SessionTracking.class).rememberedRevocations();
    }

    void awaitRemembered(long revocations) {
        await().atMost(PATIENCE).until(() -> rememberedRevocations() == revocations);
    }

    int pendingRevocations() {
        return bean(SessionTracking.class).pendingRevocations();
    }

    @Override
    public void close() {
        context.close();
    }
}
