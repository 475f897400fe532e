// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Lets the sample run where no Redis is installed: when {@code session.tracking.redis-url} is {@code embedded}, starts
 * a server and puts its URL in place. An application of yours has a server and needs nothing of this.
 */
class EmbeddedRedisInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final Logger logger = LoggerFactory.getLogger(EmbeddedRedisInitializer.class);

    private static final String REDIS_URL = "session.tracking.redis-url";

    private static final String ENABLED = "session.tracking.enabled";

    private final Callable<EmbeddedRedis> starter;

    EmbeddedRedisInitializer() {
        this(EmbeddedRedis::startOnFreePort);
    }

    EmbeddedRedisInitializer(Callable<EmbeddedRedis> starter) {
        this.starter = starter;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        if (!"embedded".equals(environment.getProperty(REDIS_URL))
                || !environment.getProperty(ENABLED, Boolean.class, true)) {
            return;
        }
        EmbeddedRedis redis = start();
        // After the application has shut down, which therefore ends with its server still there.
        SpringApplication.getShutdownHandlers().add(redis::stop);
        context.getBeanFactory().registerSingleton("embeddedRedis", redis);
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("embedded-redis", Map.of(REDIS_URL, redis.url())));
        logger.info("Embedded Redis started on port {}. Look inside with: redis-cli -p {}", redis.port(), redis.port());
    }

    private EmbeddedRedis start() {
        try {
            return starter.call();
        } catch (Exception failure) {
            throw new SessionTrackingSetupException(
                    "The embedded Redis does not run on this machine (" + System.getProperty("os.name") + ", "
                            + System.getProperty("os.arch") + "): " + failure.getMessage(),
                    "Install Memurai (https://www.memurai.com/), or start Redis with Docker (docker run -d -p"
                            + " 6379:6379 redis:7-alpine), and set the environment variable"
                            + " REDIS_URL=redis://localhost:6379. To run without session tracking, start with"
                            + " --session.tracking.redis-url= (nothing after the equals sign).",
                    failure);
        }
    }
}
