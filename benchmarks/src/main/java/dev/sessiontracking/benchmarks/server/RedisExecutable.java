// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.server;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import redis.embedded.RedisExecProvider;

/**
 * The server's program: the one that the system property {@value #PROPERTY} names, else the {@code redis-server} on the
 * path, else the one that comes with embedded-redis.
 */
final class RedisExecutable {

    private static final String PROPERTY = "benchmarks.redis-server";

    private RedisExecutable() {}

    static Path find() {
        String configured = System.getProperty(PROPERTY);
        if (configured != null) {
            return Path.of(configured);
        }
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(directory, "redis-server");
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        try {
            return RedisExecProvider.defaultProvider().get().toPath().toAbsolutePath();
        } catch (IOException | RuntimeException unavailable) {
            throw new IllegalStateException(
                    "No redis-server on the path, and the embedded one does not run on this system: install Redis 6 or"
                            + " newer, or name one with -D" + PROPERTY,
                    unavailable);
        }
    }
}
