// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** A resource server as Spring Security makes it: a token lives until it expires. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(JwtResourceServer.class)
public class PlainJwtApplication {

    /** Starts the application. */
    public static void main(String[] args) throws IOException {
        VariantApplication.run(PlainJwtApplication.class, args);
    }

    /** A session id that nobody checks, so that tokens are as long as the others'. */
    @Bean
    Login login(TokenIssuer issuer) {
        return (user, request) ->
                issuer.bearer(user, Map.of("sid", UUID.randomUUID().toString().substring(0, 32)));
    }
}
