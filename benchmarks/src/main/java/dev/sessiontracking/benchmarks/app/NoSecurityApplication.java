// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import java.io.IOException;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Everybody may do everything. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(HelloController.class)
public class NoSecurityApplication {

    /** Starts the application. */
    public static void main(String[] args) throws IOException {
        VariantApplication.run(NoSecurityApplication.class, args);
    }

    @Bean
    Login login() {
        return (user, request) -> "X-User: " + user;
    }
}
