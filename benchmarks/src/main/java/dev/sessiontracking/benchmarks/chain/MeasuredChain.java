// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.chain;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.benchmarks.server.RedisFigures;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import dev.sessiontracking.spi.SessionIds;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A resource server's filter chain with real HS256 tokens of its own sessions, and the cost of a request through it. */
abstract class MeasuredChain implements AutoCloseable {

    static final SecretKey KEY = new SecretKeySpec(
            "a-secret-of-more-than-256-bits-for-hs256".getBytes(StandardCharsets.US_ASCII), "HmacSHA256");

    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(10);

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final String name;

    private final @Nullable RedisProcess redis;

    private final ConfigurableApplicationContext context;

    private final String[] authorizations;

    private int next;

    /** @param redis where the sessions are, or nothing for a chain without session tracking */
    MeasuredChain(String name, int sessions, @Nullable RedisProcess redis, SpringApplicationBuilder application) {
        this.name = name;
        this.redis = redis;
        this.context = application
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .properties(
                        "logging.level.root=warn",
                        "session.tracking.enabled=" + (redis != null),
                        "session.tracking.redis-url=" + (redis == null ? "" : redis.url()),
                        "session.tracking.connect-timeout=10s",
                        "session.tracking.command-timeout=5s")
                .run();
        SessionService service = redis == null ? null : context.getBean(SessionService.class);
        authorizations = new String[sessions];
        for (int i = 0; i < sessions; i++) {
            String userId = "user-" + i;
            // Plain tokens are as long as the others: a longer one takes more time to verify.
            String sessionId = service == null
                    ? SessionIds.generate()
                    : tracked(service, userId).id();
            authorizations[i] = "Bearer " + token(userId, sessionId);
        }
    }

    /** The application starts before it has a connection, and a session without one is not tracked. */
    private static UserSession tracked(SessionService service, String userId) {
        long began = System.nanoTime();
        UserSession session;
        do {
            session = service.createSession(userId, SessionMetadata.none());
            if (System.nanoTime() - began > CONNECTED_WITHIN.toNanos()) {
                throw new IllegalStateException("The store did not take the session");
            }
        } while (!session.tracked());
        return session;
    }

    /**
     * What one request takes.
     *
     * @param micros processor time of the thread
     * @param bytes allocated by the thread
     */
    record Cost(double micros, double bytes) {}

    /** The status of one request with this header. */
    abstract int exchange(String authorization) throws Exception;

    Cost run(int requests) throws Exception {
        long id = Thread.currentThread().getId();
        long bytes = THREADS.getThreadAllocatedBytes(id);
        long nanos = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < requests; i++) {
            int status = exchange(authorizations[next++ % authorizations.length]);
            if (status != 200) {
                throw new IllegalStateException(name + " answered " + status);
            }
        }
        return new Cost(
                (THREADS.getCurrentThreadCpuTime() - nanos) / 1e3 / requests,
                (THREADS.getThreadAllocatedBytes(id) - bytes) / (double) requests);
    }

    /** Commands that Redis runs for one request; {@code NaN} without Redis. */
    double commands(int requests) throws Exception {
        if (redis == null) {
            return Double.NaN;
        }
        try (RedisClientConnection server = RedisClientConnection.to(redis)) {
            RedisFigures before = server.figures();
            run(requests);
            return server.figures().since(before).commands() / (double) requests;
        }
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    String name() {
        return name;
    }

    @Override
    public void close() {
        context.close();
        if (redis != null) {
            redis.close();
        }
    }

    private static String token(String userId, String sessionId) {
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader(JWSAlgorithm.HS256),
                    new JWTClaimsSet.Builder()
                            .issuer("https://issuer.example")
                            .subject(userId)
                            .claim(UserSession.SESSION_ID_CLAIM, sessionId)
                            .issueTime(Date.from(Instant.now()))
                            .expirationTime(Date.from(Instant.now().plusSeconds(7200)))
                            .build());
            jwt.sign(new MACSigner(KEY));
            return jwt.serialize();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
