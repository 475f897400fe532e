// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import dev.sessiontracking.ReactiveSessionService;
import dev.sessiontracking.SessionMetadata;
import java.io.IOException;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The same WebFlux resource server with our starter. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(WebFluxResourceServer.class)
public class WebFluxSessionTrackingApplication {

    /** Starts the application. */
    public static void main(String[] args) throws IOException {
        VariantApplication.run(WebFluxSessionTrackingApplication.class, args);
    }

    @Bean
    WebFluxResourceServer.Login login(TokenIssuer issuer, ReactiveSessionService sessions) {
        return user -> sessions.createSession(user, SessionMetadata.of("127.0.0.1", "benchmark"))
                .map(session -> {
                    if (!session.tracked()) {
                        throw new IllegalStateException("The store did not take the session");
                    }
                    return issuer.bearer(user, session.claims());
                });
    }
}
