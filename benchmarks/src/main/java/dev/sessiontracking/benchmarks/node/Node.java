package dev.sessiontracking.benchmarks.node;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionCheck;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.TokenSession;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

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
        return new Node(new SpringApplicationBuilder(Configuration.class)
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
    public void awaitCheck(TokenSession session, SessionCheck expected) {
        SessionChecker checker = checker();
        long begun = System.nanoTime();
        SessionCheck check;
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
}
