// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Actions that start together. */
public final class Race {

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "race");
        thread.setDaemon(true);
        return thread;
    });

    private Race() {}

    /** Runs the actions at the same moment, give or take, so that rounds differ, and gives their results in order. */
    public static <T> List<T> together(List<Callable<T>> actions) {
        CyclicBarrier start = new CyclicBarrier(actions.size());
        List<Future<T>> results = actions.stream()
                .map(action -> THREADS.submit(() -> {
                    start.await(20, TimeUnit.SECONDS);
                    LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(300_000));
                    return action.call();
                }))
                .toList();
        return results.stream().map(Race::get).toList();
    }

    private static <T> T get(Future<T> result) {
        try {
            return result.get(60, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }
}
