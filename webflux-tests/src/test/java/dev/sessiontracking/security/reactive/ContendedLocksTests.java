// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.ReactiveSessionService;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** BlockHound does not see monitors. So this measures how long threads that must not block have waited for one. */
@ExtendWith(EventLoopGuard.class)
class ContendedLocksTests {

    private static final long MILLIS = 1_000;

    /** Of the time, for each thread. Whoever holds a lock may have to wait for a processor. */
    private static final double MOST_BLOCKED = 0.1;

    @RegisterExtension
    static final RedisServerExtension REDIS = new RedisServerExtension();

    @Test
    void checksDoNotWaitForLoginsAndRevocations() throws Exception {
        try (FluxServer server = FluxServer.withRedis(
                REDIS.url(),
                RedisFluxTests.Application.class,
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri="
                        + TestIssuer.get().jwkSetUri())) {
            SessionService blocking = server.bean(SessionService.class);
            ReactiveSessionService sessions = server.bean(ReactiveSessionService.class);
            List<String> ids = IntStream.range(0, 200)
                    .mapToObj(i -> blocking.createSession("user-" + i % 20, SessionMetadata.none())
                            .id())
                    .toList();
            AtomicLong checks = new AtomicLong();
            AtomicBoolean over = new AtomicBoolean();

            double blocked = shareOfTimeBlocked(() -> {
                ExecutorService writers = Executors.newFixedThreadPool(4);
                for (int i = 0; i < 4; i++) {
                    String user = "user-" + i;
                    writers.execute(() -> {
                        while (!over.get()) {
                            blocking.createSession(user, SessionMetadata.none());
                            blocking.revokeAllUserSessions(user);
                        }
                    });
                }
                Flux.range(0, 8)
                        .parallel(8)
                        .runOn(Schedulers.parallel())
                        .flatMap(i -> Flux.fromIterable(ids)
                                .flatMap(sessions::getSessionStatus, 8)
                                .doOnNext(status -> checks.incrementAndGet())
                                .repeat(() -> !over.get()))
                        .sequential()
                        .then()
                        // Not on a thread that the checks keep busy.
                        .doOnSubscribe(begun -> Mono.delay(Duration.ofMillis(MILLIS), Schedulers.single())
                                .subscribe(end -> over.set(true)))
                        .block(Duration.ofMinutes(1));
                writers.shutdown();
                assertThat(writers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            });

            assertThat(checks.get()).isGreaterThan(ids.size());
            assertThat(blocked).isLessThan(MOST_BLOCKED);
        }
    }

    /** Otherwise the other test would prove nothing. */
    @Test
    void waitingForALockIsNoticed() throws Exception {
        Object lock = new Object();

        double blocked = shareOfTimeBlocked(() -> {
            Mono<Boolean> waiting = Mono.fromSupplier(() -> {
                        synchronized (lock) {
                            return true;
                        }
                    })
                    .subscribeOn(Schedulers.parallel());
            synchronized (lock) {
                waiting.subscribe();
                Awaitility.await()
                        .until(() -> threadsThatMustNotBlock()
                                .anyMatch(thread -> thread.getThreadState() == Thread.State.BLOCKED));
                Thread.sleep(MILLIS / 4);
            }
        });

        assertThat(blocked).isGreaterThan(MOST_BLOCKED);
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Of the thread that was blocked longest. */
    private static double shareOfTimeBlocked(Work work) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        threads.setThreadContentionMonitoringEnabled(true);
        try {
            long began = System.nanoTime();
            work.run();
            double elapsed = (System.nanoTime() - began) / 1e6;
            return threadsThatMustNotBlock()
                            .mapToLong(ThreadInfo::getBlockedTime)
                            .max()
                            .orElseThrow()
                    / elapsed;
        } finally {
            threads.setThreadContentionMonitoringEnabled(false);
        }
    }

    private static Stream<ThreadInfo> threadsThatMustNotBlock() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null
                        && thread.getThreadName().matches("(parallel|reactor-http|lettuce-\\w*EventLoop).*"));
    }
}
