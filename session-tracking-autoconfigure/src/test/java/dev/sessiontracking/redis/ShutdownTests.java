// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.UserSession;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application closes quickly and leaves no thread behind, whatever the state of the server. */
class ShutdownTests extends OutageFixture {

    private static final Duration QUICK = Duration.ofSeconds(8);

    private Set<Thread> threadsBefore;

    @BeforeEach
    void noteThreads() {
        threadsBefore = ownThreads();
    }

    @Test
    void closesQuicklyAndWithoutTraceWhenTheServerNeverCame() {
        server.kill();
        startApplication();
        assertClosesQuicklyAndWithoutTrace();
    }

    @Test
    void closesQuicklyAndWithoutTraceWhileTheServerIsFrozen() {
        startApplication();
        UserSession session = login();
        server.freeze();
        service.revokeSession(session.id());
        assertClosesQuicklyAndWithoutTrace();
    }

    @Test
    void closesQuicklyAndWithoutTraceWhenTheServerWasFrozenFromTheStart() {
        server.freeze();
        startApplication();
        assertClosesQuicklyAndWithoutTrace();
    }

    private void assertClosesQuicklyAndWithoutTrace() {
        assertThat(threadsSince()).isNotEmpty();
        long start = System.nanoTime();
        application.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(QUICK);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(threadsSince()).isEmpty());
    }

    private Set<String> threadsSince() {
        return ownThreads().stream()
                .filter(thread -> !threadsBefore.contains(thread))
                .map(Thread::getName)
                .collect(Collectors.toSet());
    }

    private static Set<Thread> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("session-tracking")
                        || thread.getName().startsWith("lettuce"))
                .collect(Collectors.toSet());
    }
}
