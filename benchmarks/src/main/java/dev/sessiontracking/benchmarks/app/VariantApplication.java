// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import java.io.IOException;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Runs a variant until the process that started it is gone. */
final class VariantApplication {

    /** Stands before the port, in a line on its own, once requests are served. */
    private static final String LISTENING = "LISTENING ";

    private VariantApplication() {}

    static void run(Class<?> application, String... args) throws IOException {
        ConfigurableApplicationContext context = SpringApplication.run(application, args);
        System.out.println(LISTENING + context.getEnvironment().getProperty("local.server.port"));
        awaitEndOfParent();
        context.close();
    }

    /** The other end of our input is closed when the parent ends, in whatever way. */
    private static void awaitEndOfParent() throws IOException {
        while (System.in.read() >= 0) {
            // Nothing is ever sent.
        }
    }
}
