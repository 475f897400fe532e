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
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.benchmarks.server.RedisFigures;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import dev.sessiontracking.security.servlet.SessionTrackingServletSecurityAutoConfiguration;
import dev.sessiontracking.spi.SessionIds;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.context.servlet.AnnotationConfigServletWebApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;

/** A resource server's filter chain with real HS256 tokens of its own sessions, and the cost of a request through it. */
final class MeasuredChain implements AutoCloseable {

    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(10);

    private static final SecretKey KEY = new SecretKeySpec(
            "a-secret-of-more-than-256-bits-for-hs256".getBytes(StandardCharsets.US_ASCII), "HmacSHA256");

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final ServletContext SERVLET_CONTEXT = new MockServletContext();

    private final String name;

    private final @Nullable RedisProcess redis;

    private final ConfigurableApplicationContext context;

    private final FilterChainProxy chain;

    private final String[] authorizations;

    private int next;

    private MeasuredChain(String name, int sessions, @Nullable RedisProcess redis, String... properties) {
        this.name = name;
        this.redis = redis;
        this.context = new SpringApplicationBuilder(ResourceServer.class)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .contextFactory(type -> new AnnotationConfigServletWebApplicationContext())
                .initializers((ApplicationContextInitializer<AnnotationConfigServletWebApplicationContext>)
                        created -> created.setServletContext(SERVLET_CONTEXT))
                .properties(properties)
                .properties(
                        "logging.level.root=warn",
                        "session.tracking.enabled=" + (redis != null),
                        "session.tracking.redis-url=" + (redis == null ? "" : redis.url()),
                        "session.tracking.connect-timeout=10s",
                        "session.tracking.command-timeout=5s")
                .run();
        this.chain = context.getBean(FilterChainProxy.class);
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

    static MeasuredChain plain(String name, int sessions) {
        return new MeasuredChain(name, sessions, null);
    }

    static MeasuredChain tracked(String name, int sessions, String... properties) {
        return new MeasuredChain(name, sessions, RedisProcess.start(), properties);
    }

    /**
     * What one request takes.
     *
     * @param micros processor time of the thread
     * @param bytes allocated by the thread
     */
    record Cost(double micros, double bytes) {}

    Cost run(int requests) throws ServletException, IOException {
        long id = Thread.currentThread().getId();
        long bytes = THREADS.getThreadAllocatedBytes(id);
        long nanos = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < requests; i++) {
            MockHttpServletRequest request = new MockHttpServletRequest(SERVLET_CONTEXT, "GET", "/hello");
            request.setServletPath("/hello");
            request.addHeader("Authorization", authorizations[next++ % authorizations.length]);
            MockHttpServletResponse response = new MockHttpServletResponse();
            chain.doFilter(request, response, (rq, rs) -> {});
            if (response.getStatus() != 200) {
                throw new IllegalStateException(name + " answered " + response.getStatus());
            }
        }
        return new Cost(
                (THREADS.getCurrentThreadCpuTime() - nanos) / 1e3 / requests,
                (THREADS.getThreadAllocatedBytes(id) - bytes) / (double) requests);
    }

    /** Commands that Redis runs for one request; {@code NaN} without Redis. */
    double commands(int requests) throws ServletException, IOException {
        if (redis == null) {
            return Double.NaN;
        }
        try (RedisClientConnection server = RedisClientConnection.to(redis)) {
            RedisFigures before = server.figures();
            run(requests);
            return server.figures().since(before).commands() / (double) requests;
        }
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

    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    @ImportAutoConfiguration({
        RedisSessionStoreAutoConfiguration.class,
        SessionTrackingAutoConfiguration.class,
        SessionTrackingJwtAutoConfiguration.class,
        SessionTrackingServletSecurityAutoConfiguration.class
    })
    static class ResourceServer {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                    .oauth2ResourceServer(server -> server.jwt(jwt -> {}))
                    .build();
        }

        @Bean
        JwtDecoder decoder() {
            return NimbusJwtDecoder.withSecretKey(KEY).build();
        }
    }
}
