// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.node;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.metrics.SessionTrackingMetricsAutoConfiguration;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** One node of an application: the session service and the checks, as the auto-configuration makes them. */
public final class Node implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();

    private final ConfigurableApplicationContext context;

    private Node(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /**
     * Starts a node.
     *
     * @param properties more properties, as {@code name=value}
     */
    public static Node start(String redisUrl, String... properties) {
        return start(Configuration.class, redisUrl, properties);
    }

    /** Starts a node with meters, which somebody reads all the time. */
    public static Node startMetered(String redisUrl) {
        return start(Metered.class, redisUrl);
    }

    private static Node start(Class<?> configuration, String redisUrl, String... properties) {
        return new Node(new SpringApplicationBuilder(configuration)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .properties(
                        "logging.level.root=warn",
                        "session.tracking.redis-url=" + redisUrl,
                        // A machine that is busy measuring must not be taken for an outage.
                        "session.tracking.connect-timeout=10s",
                        "session.tracking.command-timeout=5s",
                        "session.tracking.outage-policy=reject")
                .properties(properties)
                .run());
    }

    /** What applications inject. */
    public SessionService service() {
        return context.getBean(SessionService.class);
    }

    /** What the security filters ask. */
    public SessionChecker checker() {
        return context.getBean(SessionChecker.class);
    }

    /** Checks a session until the answer is the expected one, so that what is measured then is in a steady state. */
    public void awaitCheck(TokenSession session, Result expected) {
        SessionChecker checker = checker();
        long begun = System.nanoTime();
        Result check;
        while ((check = checker.check(session)) != expected) {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new IllegalStateException("Expected " + expected + ", but a check still gives " + check);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        context.close();
    }

    @ImportAutoConfiguration({RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class})
    static class Configuration {}

    @Import(Configuration.class)
    @ImportAutoConfiguration(SessionTrackingMetricsAutoConfiguration.class)
    static class Metered {

        private static final Duration PAUSE = Duration.ofMillis(100);

        private final ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor();

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }

        /** Far more often than anything that collects meters does. */
        @Bean
        ApplicationRunner reading(MeterRegistry registry, List<MeterBinder> binders) {
            binders.forEach(binder -> binder.bindTo(registry));
            return arguments -> reader.scheduleWithFixedDelay(
                    () -> registry.forEachMeter(
                            meter -> meter.measure().forEach(measurement -> measurement.getValue())),
                    0,
                    PAUSE.toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        @PreDestroy
        void stop() {
            reader.shutdownNow();
        }
    }
}
