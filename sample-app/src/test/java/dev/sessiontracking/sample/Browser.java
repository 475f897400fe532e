// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.springframework.util.FileSystemUtils;

/**
 * A headless Chromium with an empty profile. Tests that need one run where Chromium and its driver are installed. With
 * {@code -Dsample.browser=required} they run, and fail, where they are not.
 */
final class Browser implements AutoCloseable {

    private static final List<String> ARGUMENTS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars");

    private final ChromeDriverService service;

    private final Path profile;

    private final ChromeDriver driver;

    private Browser(File chromium, File chromedriver, List<String> arguments) throws IOException {
        this.profile = Files.createTempDirectory("browser");
        this.service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver)
                .usingAnyFreePort()
                .build();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium);
        options.addArguments(ARGUMENTS);
        options.addArguments(arguments);
        options.addArguments("--user-data-dir=" + profile);
        this.driver = new ChromeDriver(service, options);
        driver.manage().timeouts().implicitlyWait(Duration.ZERO);
    }

    static Browser start(String... arguments) throws IOException {
        return new Browser(
                find("chromium", "chromium-browser", "google-chrome")
                        .orElseThrow(() -> new IOException("chromium is not on the PATH")),
                find("chromedriver").orElseThrow(() -> new IOException("chromedriver is not on the PATH")),
                List.of(arguments));
    }

    ChromeDriver driver() {
        return driver;
    }

    private static Optional<File> find(String... names) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of(names)
                .flatMap(name -> Stream.of(path.split(File.pathSeparator)).map(folder -> new File(folder, name)))
                .filter(File::canExecute)
                .findFirst();
    }

    @Override
    public void close() throws IOException {
        driver.quit();
        service.stop();
        FileSystemUtils.deleteRecursively(profile);
    }

    /** Skips a test class where there is no browser, unless one is required. */
    static final class Available implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            boolean installed =
                    find("chromium", "chromium-browser", "google-chrome").isPresent()
                            && find("chromedriver").isPresent();
            return installed || "required".equals(System.getProperty("sample.browser"))
                    ? ConditionEvaluationResult.enabled("a browser is installed or required")
                    : ConditionEvaluationResult.disabled("chromium and chromedriver are not on the PATH");
        }
    }
}
