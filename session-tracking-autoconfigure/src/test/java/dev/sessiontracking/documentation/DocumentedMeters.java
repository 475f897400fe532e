// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.documentation;

import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.metrics.SessionTrackingMetricsAutoConfiguration;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The meters of a started application. */
final class DocumentedMeters {

    /** Name, and the values of each tag. */
    static final Map<String, Map<String, Set<String>>> ALL = read();

    private DocumentedMeters() {}

    private static Map<String, Map<String, Set<String>>> read() {
        Map<String, Map<String, Set<String>>> meters = new TreeMap<>();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new ApplicationContextRunner()
                .withBean(MeterRegistry.class, () -> registry)
                .withConfiguration(AutoConfigurations.of(
                        MetricsAutoConfiguration.class,
                        RedisSessionStoreAutoConfiguration.class,
                        SessionTrackingAutoConfiguration.class,
                        SessionTrackingMetricsAutoConfiguration.class))
                .withPropertyValues(
                        "session.tracking.redis-url=redis://127.0.0.1:1", "session.tracking.connect-timeout=50ms")
                .run(context -> registry.getMeters().forEach(meter -> {
                    Map<String, Set<String>> tags =
                            meters.computeIfAbsent(meter.getId().getName(), any -> new TreeMap<>());
                    for (Tag tag : meter.getId().getTags()) {
                        tags.computeIfAbsent(tag.getKey(), any -> new TreeSet<>())
                                .add(tag.getValue());
                    }
                }));
        return meters;
    }
}
