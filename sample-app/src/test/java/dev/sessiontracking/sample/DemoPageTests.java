// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The demo page, used in a real browser as a person would use it. */
@ExtendWith(Browser.Available.class)
class DemoPageTests extends AbstractSampleTests {

    private static final String LOWEST_CONTRAST = """
            const parts = color => color.match(/[\\d.]+/g).map(Number);
            const light = color => {
              const [r, g, b] = parts(color).slice(0, 3).map(v => v / 255)
                  .map(v => v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4));
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const back = e => {
              const color = getComputedStyle(e).backgroundColor;
              const [r, g, b, a = 1] = parts(color);
              return a > 0 || !e.parentElement ? color : back(e.parentElement);
            };
            const shown = [...document.querySelectorAll('body *')].filter(e => e.offsetParent && !e.disabled
                && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
            return Math.min(...shown.map(e => {
              const [a, b] = [light(getComputedStyle(e).color), light(back(e))];
              return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            })) + 0.0001;
            """;

    private static Browser browser;

    private ChromeDriver page;

    @Autowired
    private EmbeddedRedis server;

    @BeforeAll
    static void startBrowser() throws IOException {
        browser = Browser.start();
    }

    @AfterAll
    static void stopBrowser() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void open(@LocalServerPort int port) {
        page = browser.driver();
        page.manage().window().setSize(new Dimension(1200, 1000));
        // What the page of another test has logged.
        page.get("about:blank");
        page.manage().logs().get(LogType.BROWSER);
        page.get("http://127.0.0.1:" + port + "/");
    }

    @Test
    void secondDeviceSignsTheFirstOneOut() {
        signIn("laptop");
        signIn("phone");
        awaitState("laptop", "200");
        awaitState("phone", "200");
        await().untilAsserted(() -> assertThat(rows("phone")).hasSize(2));

        page.findElement(By.cssSelector("#phone button[aria-label='Sign out Laptop']"))
                .click();

        awaitState("laptop", "401");
        awaitState("phone", "200");
        await().untilAsserted(() ->
                assertThat(rows("phone")).singleElement().asString().contains("Phone (this device)", "127.0.0.1"));
        assertThat(problemsInTheConsole()).isEmpty();
    }

    @Test
    void signOutEverywhereElseKeepsThisDevice() {
        signIn("laptop");
        signIn("phone");

        page.findElement(By.cssSelector("#laptop .others")).click();

        awaitState("phone", "401");
        awaitState("laptop", "200");
        await().untilAsserted(() -> assertThat(text("#laptop .message")).isEqualTo("1 session signed out."));
    }

    @Test
    void administratorSignsAUserOut() {
        signIn("laptop");
        signInAsAdministrator();
        await().untilAsserted(() -> assertThat(text("#admin-sessions")).contains("Laptop"));

        page.findElement(By.id("admin-revoke")).click();

        awaitState("laptop", "401");
        await().untilAsserted(() -> assertThat(text("#admin-message")).isEqualTo("1 session signed out."));
    }

    @Test
    void stoppedRedisIsShownAndARevocationMadeMeanwhileHolds() {
        signIn("laptop");
        awaitState("laptop", "200");
        signInAsAdministrator();
        try {
            awaitEnabled("redis-stop");
            page.findElement(By.id("redis-stop")).click();
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(text("#redis-state")).isEqualTo("Redis is unavailable"));
            awaitState("laptop", "200");

            page.findElement(By.cssSelector("#laptop .logout")).click();

            awaitState("laptop", "401");
            await().untilAsserted(() -> assertThat(text("#redis-effect")).contains("Pending revocations: 1"));

            page.findElement(By.id("redis-start")).click();
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(text("#redis-state")).isEqualTo("Redis is available"));
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(redis.<List<String>>run(cli -> cli.keys("session:*")))
                            .hasSize(1));
        } finally {
            resume();
        }
    }

    @Test
    void everythingCanBeReachedByKeyboard() {
        WebElement password = page.findElement(By.cssSelector("#laptop input[name=password]"));
        password.sendKeys(Keys.ENTER);
        awaitState("laptop", "200");

        List<WebElement> controls = page.findElements(By.cssSelector("button:enabled, input, select, summary")).stream()
                .filter(WebElement::isDisplayed)
                .toList();
        assertThat(controls).hasSizeGreaterThan(5);
        Set<WebElement> reached = new HashSet<>();
        for (int i = 0; i < 2 * controls.size(); i++) {
            new Actions(page).sendKeys(Keys.TAB).perform();
            reached.add(page.switchTo().activeElement());
        }
        assertThat(reached).containsAll(controls);
        List<WebElement> fields = page.findElements(By.cssSelector("input, select")).stream()
                .filter(WebElement::isDisplayed)
                .toList();
        assertThat(fields)
                .isNotEmpty()
                .allSatisfy(field -> assertThat(field.getAccessibleName())
                        .as(field.getTagName())
                        .isNotBlank());
    }

    @Test
    void fitsOnAPhone() {
        signIn("laptop");
        signInAsAdministrator();
        await().untilAsserted(() -> assertThat(text("#admin-sessions")).contains("Laptop"));
        // A window cannot be so small.
        page.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 360, "height", 740, "deviceScaleFactor", 2, "mobile", true));
        try {
            assertThat(page.executeScript("return window.innerWidth")).isEqualTo(360L);
            assertThat(page.executeScript("return document.documentElement.scrollWidth"))
                    .isEqualTo(360L);
        } finally {
            page.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        }
    }

    /** WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1. */
    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void textHasEnoughContrast(String scheme) throws IOException {
        page.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        signIn("laptop");
        signIn("phone");
        signInAsAdministrator();
        await().untilAsserted(() -> assertThat(text("#admin-sessions")).contains("Laptop"));
        page.findElement(By.cssSelector("#phone .others")).click();
        awaitState("laptop", "401");

        assertThat((Double) page.executeScript(LOWEST_CONTRAST)).isGreaterThanOrEqualTo(4.5);
        page.executeScript("window.scrollTo(0, 0)");
        Files.write(Path.of("target", "demo-" + scheme + ".png"), page.getScreenshotAs(OutputType.BYTES));
        page.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    private void signIn(String device) {
        page.findElement(By.cssSelector("#" + device + " .login button")).click();
        await().untilAsserted(() -> assertThat(rows(device)).isNotEmpty());
    }

    private void signInAsAdministrator() {
        page.findElement(By.cssSelector("#admin-login button")).click();
    }

    private void awaitState(String device, String status) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(text("#" + device + " .state")).startsWith(status));
    }

    private void awaitEnabled(String id) {
        await().untilAsserted(() ->
                assertThat(page.findElement(By.id(id)).isEnabled()).isTrue());
    }

    private List<String> rows(String device) {
        return page.findElements(By.cssSelector("#" + device + " tbody tr")).stream()
                .map(row -> row.getAttribute("textContent"))
                .toList();
    }

    private String text(String selector) {
        return page.findElement(By.cssSelector(selector)).getText();
    }

    /** What a person would find in the browser's console, other than the answers 401 that the page is about. */
    private List<String> problemsInTheConsole() {
        return page.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .filter(message -> !message.contains("401"))
                .toList();
    }

    private void resume() {
        try {
            server.resume();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
