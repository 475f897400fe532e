// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Stops the start if Spring Boot is too old. An initializer runs before bean definitions are loaded, so no class that
 * an old version lacks has been used yet. Uses only API that Spring Boot 3 has too.
 */
class BootVersionCheck implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\..*");

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        requireSupported(SpringBootVersion.getVersion());
    }

    /** Accepts a version that cannot be parsed. */
    static void requireSupported(@Nullable String version) {
        Matcher numbers = NUMBERS.matcher(version == null ? "" : version);
        if (!numbers.matches()) {
            return;
        }
        int major = Integer.parseInt(numbers.group(1));
        if (major < 4 || (major == 4 && Integer.parseInt(numbers.group(2)) < 1)) {
            throw new SessionTrackingSetupException(
                    "Session tracking needs Spring Boot 4.1 or newer; this is " + version + ".",
                    "Upgrade to Spring Boot 4.1 or newer, or remove the dependency session-tracking-starter.");
        }
    }
}
