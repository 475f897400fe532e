// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.actuate.SessionTrackingActuatorAutoConfiguration;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.metrics.SessionTrackingMetricsAutoConfiguration;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.security.RecordingSessions;
import java.security.Principal;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** A WebFlux application whose sessions are recorded. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(
        exclude = {
            SessionTrackingAutoConfiguration.class,
            RedisSessionStoreAutoConfiguration.class,
            SessionTrackingMetricsAutoConfiguration.class,
            SessionTrackingActuatorAutoConfiguration.class
        })
@Import({RecordingSessions.class, FluxApplication.Endpoints.class})
public class FluxApplication {

    public static final String ON = "session.tracking.redis-url";

    public static final String URL = "redis://127.0.0.1:1";

    /** What a client can call. */
    @RestController
    static class Endpoints {

        @GetMapping({"/me", "/{shape}/me"})
        Mono<String> me(Mono<Principal> principal) {
            return principal.map(Principal::getName).defaultIfEmpty("nobody");
        }
    }
}
