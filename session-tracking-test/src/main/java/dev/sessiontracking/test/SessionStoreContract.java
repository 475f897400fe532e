// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Two nodes of an application over the same data. Every test has users and ids of its own, so the data may stay. */
abstract class SessionStoreContract {

    static final Duration TTL = Duration.ofDays(7);

    /** How far the clocks of the test and of the store may differ. */
    static final Duration SLACK = Duration.ofMinutes(1);

    static final SessionMetadata METADATA = SessionMetadata.of("203.0.113.7", "Firefox on Linux");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String run = SessionIds.generate();

    final String alice = "alice-" + run;

    final String bob = "bob-" + run;

    /** The store. */
    protected abstract SessionStore store();

    /** The store as another node of the application sees it: other connections, the same data. */
    protected SessionStore otherNode() {
        return store();
    }

    /** How long a session lives that is to expire during a test. */
    protected Duration shortLifetime() {
        return Duration.ofMillis(60);
    }

    String id(String name) {
        return name + "-" + run;
    }

    List<String> ids(List<String> names) {
        return names.stream().map(this::id).toList();
    }

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    UserSession session(String name, String userId) {
        return session(name, userId, now(), null);
    }

    UserSession session(String name, String userId, Instant createdAt, @Nullable Duration max) {
        return new UserSession(
                id(name),
                userId,
                METADATA,
                createdAt,
                createdAt.plus(TTL),
                max == null ? null : createdAt.plus(max),
                new UserSession.LastUse(createdAt, METADATA),
                true);
    }

    UserSession created(String name, String userId) {
        return answer(store().create(session(name, userId), TTL)).orElseThrow();
    }

    boolean isLive(String name) {
        return answer(store().exists(id(name)));
    }

    List<String> listed(String userId) {
        return answer(otherNode().findByUser(userId)).stream()
                .map(UserSession::id)
                .toList();
    }

    static <T> T answer(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError("The store did not answer", failed);
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new AssertionError("Not within " + PATIENCE.toSeconds() + " seconds: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** Runs the actions at the same moment, give or take, so that rounds differ. */
    static <T> List<T> together(List<Callable<T>> actions) {
        CyclicBarrier start = new CyclicBarrier(actions.size());
        ExecutorService threads = Executors.newFixedThreadPool(actions.size());
        try {
            List<Future<T>> running = new ArrayList<>();
            for (Callable<T> action : actions) {
                running.add(threads.submit(() -> {
                    start.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(300_000));
                    return action.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            }
            return results;
        } catch (Exception failed) {
            throw new AssertionError("An action failed", failed);
        } finally {
            threads.shutdownNow();
        }
    }
}
