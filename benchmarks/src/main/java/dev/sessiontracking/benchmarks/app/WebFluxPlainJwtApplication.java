// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Mono;

/** A WebFlux resource server as Spring Security makes it. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(WebFluxResourceServer.class)
public class WebFluxPlainJwtApplication {

    /** Starts the application. */
    public static void main(String[] args) throws IOException {
        VariantApplication.run(WebFluxPlainJwtApplication.class, args);
    }

    /** A session id that nobody checks, so that tokens are as long as the other's. */
    @Bean
    WebFluxResourceServer.Login login(TokenIssuer issuer) {
        return user -> Mono.fromSupplier(() ->
                issuer.bearer(user, Map.of("sid", UUID.randomUUID().toString().substring(0, 32))));
    }
}
