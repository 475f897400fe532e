// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionEvent.OutageBegan;
import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.TrackingState.FilterChains.Chain;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.CachingReader.FeedState;
import dev.sessiontracking.spi.CachingReader.Status;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionStore.StoreDescription;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** One line that says it all. */
@ExtendWith(OutputCaptureExtension.class)
class StartupSummaryTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension("--requirepass", "s3cret");

    private static String line(Status cache, Outage outage, List<Chain> chains) {
        return line(Mode.ENFORCE, cache, outage, chains);
    }

    private static String line(Mode mode, Status cache, Outage outage, List<Chain> chains) {
        return StartupSummary.line(
                new TrackingState(
                        mode,
                        OutagePolicy.PLAIN_JWT,
                        outage,
                        new StoreDescription(
                                "Redis",
                                "redis://host:6379/0",
                                Map.of("topology", "standalone", "version", "Redis 7.0.15"),
                                null,
                                List.of()),
                        new CachingReader.State(cache, true, null, 0),
                        FeedState.OFF,
                        0,
                        0),
                chains);
    }

    @Test
    void namesServerCachePolicyAndChains() {
        assertThat(line(
                        Status.ON,
                        null,
                        List.of(
                                new Chain("api", "any request", "jwt", true, false, List.of("TenantFilter")),
                                new Chain("open", "/a", "none", false, false, List.of()))))
                .isEqualTo("Session tracking is on: sessions are in redis://host:6379/0 (standalone, Redis 7.0.15);"
                        + " near cache on; outage policy plain-jwt; sessions are checked in 1 of 2"
                        + " filter chains: api (any request, jwt, not verifiable: TenantFilter)");
    }

    @Test
    void saysThatItOnlyObserves() {
        assertThat(line(Mode.OBSERVE, Status.ON, null, List.of()))
                .startsWith(
                        "Session tracking is on, but rejects no token (session.tracking.mode=observe): sessions are in"
                                + " redis://host:6379/0 ");
    }

    @Test
    void saysWhyTheCacheIsOff() {
        assertThat(line(Status.off("Redis sends no invalidations"), null, List.of()))
                .contains("near cache off (Redis sends no invalidations);");
    }

    @Test
    void saysThatTheServerDoesNotAnswerYet() {
        assertThat(line(Status.STARTING, new Outage("connection refused", Instant.EPOCH), List.of()))
                .contains("(standalone, which does not answer yet); near cache starting;");
    }

    @Test
    void longListOfChainsIsCut() {
        List<Chain> chains = java.util.Collections.nCopies(20, new Chain("x", "/x", "jwt", true, false, List.of()));
        assertThat(line(Status.ON, null, chains))
                .contains("in 20 of 20 filter chains: ")
                .endsWith(", ...");
    }

    @Test
    void applicationWritesOneLineAboutSessionTracking(CapturedOutput output) {
        run(
                output,
                new SpringApplicationBuilder(Application.class)
                        .web(WebApplicationType.NONE)
                        .properties(
                                "session.tracking.redis-url=" + redis.url(),
                                "session.tracking.connect-timeout=10s",
                                "session.tracking.command-timeout=10s"));
        assertThat(output.getAll()
                        .lines()
                        .filter(line -> line.contains("dev.sessiontracking")
                                || line.contains("d.s.")
                                || line.contains("d.sessiontracking")))
                .singleElement()
                .asString()
                .contains("Session tracking is on: sessions are in redis://")
                .doesNotContain("s3cret");
    }

    @Test
    void serverThatDoesNotAnswerIsTwoLinesAndNoBeanIsMadeOnAnotherThread(CapturedOutput output) {
        List<SessionEvent> heard = new CopyOnWriteArrayList<>();
        run(
                output,
                new SpringApplicationBuilder(Application.class, SlowBean.class)
                        .web(WebApplicationType.NONE)
                        .listeners((ApplicationListener<PayloadApplicationEvent<?>>) event -> {
                            if (event.getPayload() instanceof SessionEvent session) {
                                heard.add(session);
                            }
                        })
                        .properties("session.tracking.redis-url=redis://127.0.0.1:1"));
        assertThat(output.getAll().lines().filter(line -> line.contains("sessiontracking") || line.contains("d.s.")))
                .satisfiesExactly(
                        line -> assertThat(line).contains("Redis is unavailable ("),
                        line -> assertThat(line).contains("which does not answer yet"));
        assertThat(output).doesNotContain("Obtaining singleton bean");
        assertThat(heard).hasAtLeastOneElementOfType(OutageBegan.class);
    }

    /** The line is written when the first attempt to connect has ended. */
    private static void run(CapturedOutput output, SpringApplicationBuilder application) {
        try (ConfigurableApplicationContext context = application.run()) {
            await().until(() -> output.getAll().contains("Session tracking is on"));
            assertThat(context.isRunning()).isTrue();
        }
    }

    /** Is still being made when the outage is known, so that other threads could get in the way. */
    @Configuration(proxyBeanMethods = false)
    static class SlowBean {

        @Bean
        Object slow(SessionTracking tracking) {
            // Asks before the node would connect by itself.
            assertThat(tracking.state().outage()).isNotNull();
            return new Object();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class})
    static class Application {}
}
