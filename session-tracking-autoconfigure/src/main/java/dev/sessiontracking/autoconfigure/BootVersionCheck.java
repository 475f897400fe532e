package dev.sessiontracking.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Stops the start on a Spring Boot that is too old. An initializer runs before any bean definition is loaded, so nothing
 * has needed a class that such a version lacks. Uses only what Spring Boot 3 has, too.
 */
class BootVersionCheck implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\..*");

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        requireSupported(SpringBootVersion.getVersion());
    }

    /** A version that cannot be read is given the benefit of the doubt. */
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
