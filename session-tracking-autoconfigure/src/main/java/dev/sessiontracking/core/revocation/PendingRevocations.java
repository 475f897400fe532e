// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Revocations that the store has not confirmed. They are carried out again, in their order, until it has; nothing runs
 * while there are none. Bounded. Thread-safe.
 */
final class PendingRevocations implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PendingRevocations.class);

    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    private static final int FAILURES_OF_A_ROUND = 16;

    private static final int PARALLEL = 4;

    static final Duration LAST_ATTEMPTS_TIME = Duration.ofSeconds(5);

    private static final int LAST_ATTEMPTS = 3;

    private static final Duration LAST_PAUSE = Duration.ofMillis(200);

    private static final Duration IDLE_THREAD = Duration.ofSeconds(5);

    /** By target: a user who repeats a revocation takes one place. */
    private final Map<Object, Revocation> pending = new LinkedHashMap<>();

    /** The targets of those that are being applied. */
    private final Set<Object> underWay = new HashSet<>();

    /** What the users' threads draw from. */
    private Queue<Revocation> users = new ArrayDeque<>();

    /** How many tasks apply revocations, or are about to. */
    private int running;

    private int applied;

    /** When the last attempts end, once this is closed. */
    private volatile long end;

    private final int maximum;

    private final Duration lastAttempts;

    private final Consumer<Revocation> action;

    private final Consumer<Revocation> confirmed;

    private final ScheduledThreadPoolExecutor scheduler;

    private final ThreadPoolExecutor workers;

    /** Whether the next retry is waiting for its turn: one at most, however often one is made out of turn. */
    private boolean scheduled;

    /**
     * @param action carries a revocation out; throws {@link SessionStoreUnavailableException} when it could not
     * @param confirmed is told of each that the store has confirmed, when it is no longer kept
     * @param maximum how many are kept
     * @param lastAttempts how long the last attempts take when this is closed
     */
    PendingRevocations(
            Consumer<Revocation> action, Consumer<Revocation> confirmed, int maximum, Duration lastAttempts) {
        this.action = action;
        this.confirmed = confirmed;
        this.maximum = maximum;
        this.lastAttempts = lastAttempts;
        this.scheduler = new ScheduledThreadPoolExecutor(1, PendingRevocations::thread);
        this.workers = new ThreadPoolExecutor(
                PARALLEL, PARALLEL, 0, TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), PendingRevocations::thread);
        for (ThreadPoolExecutor executor : List.of(scheduler, workers)) {
            executor.setKeepAliveTime(IDLE_THREAD.toMillis(), TimeUnit.MILLISECONDS);
            executor.allowCoreThreadTimeOut(true);
        }
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "session-tracking-revocations");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Keeps a revocation until the store has confirmed it, in the place of an earlier one of the same target.
     *
     * @throws SessionStoreUnavailableException when there is no room: it is never dropped in silence
     */
    synchronized void add(Revocation revocation) {
        if (pending.size() >= maximum && !pending.containsKey(revocation.target())) {
            throw new SessionStoreUnavailableException(
                    "The store did not confirm the revocation, and this node already keeps " + maximum
                            + " unconfirmed ones",
                    null);
        }
        pending.put(revocation.target(), revocation);
        scheduleRetry();
    }

    synchronized boolean contains(Object target) {
        return pending.containsKey(target);
    }

    synchronized int size() {
        return pending.size();
    }

    /** The store answers again: no need to wait. */
    synchronized void retryNow() {
        if (!pending.isEmpty() && !scheduler.isShutdown()) {
            scheduler.execute(this::retry);
        }
    }

    /** Does something when the next retry would be due. */
    void later(Runnable task) {
        try {
            scheduler.schedule(task, RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            log.trace("Too late", closed);
        }
    }

    private synchronized void scheduleRetry() {
        if (!scheduled && !pending.isEmpty() && !scheduler.isShutdown()) {
            scheduled = true;
            scheduler.schedule(this::retryInTurn, RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void retryInTurn() {
        synchronized (this) {
            scheduled = false;
        }
        retry();
    }

    private void retry() {
        try {
            applyAll();
        } finally {
            scheduleRetry();
        }
    }

    /**
     * One round. Single sessions one after another, and beside them some users at a time. Nothing waits for a user with
     * thousands of sessions, whom an earlier round may not have finished. What fails does not hold up what could be
     * applied, as on another master of a cluster; it goes to the end, and many failures in a row end the round.
     */
    private void applyAll() {
        Queue<Revocation> sessions;
        synchronized (this) {
            sessions = snapshot(false);
            users = snapshot(true);
            int tasks = Math.min(PARALLEL - workers.getQueue().size(), users.size());
            for (int i = 0; i < tasks && !workers.isShutdown(); i++) {
                running++;
                workers.execute(() -> apply(() -> users));
            }
            running++;
        }
        apply(() -> sessions);
    }

    private void apply(Supplier<Queue<Revocation>> from) {
        int failuresInARow = 0;
        try {
            Revocation next = take(from);
            while (next != null) {
                failuresInARow = apply(next) ? 0 : failuresInARow + 1;
                next = failuresInARow < FAILURES_OF_A_ROUND ? take(from) : null;
            }
        } finally {
            ended();
        }
    }

    /** The next one that is still pending, and that nobody else is applying. */
    private synchronized @Nullable Revocation take(Supplier<Queue<Revocation>> from) {
        Revocation next = null;
        if (!scheduler.isShutdown() || end - System.nanoTime() > 0) {
            do {
                next = from.get().poll();
            } while (next != null && !(next.equals(pending.get(next.target())) && underWay.add(next.target())));
        }
        return next;
    }

    private boolean apply(Revocation revocation) {
        try {
            action.accept(revocation);
            confirmed(revocation);
            return true;
        } catch (RuntimeException stillUnavailable) {
            log.trace("The store still does not take a revocation", stillUnavailable);
            toTheEnd(revocation);
            return false;
        } finally {
            synchronized (this) {
                underWay.remove(revocation.target());
            }
        }
    }

    private synchronized void ended() {
        running--;
        if (running == 0 && applied > 0) {
            log.info("Applied {} pending revocation(s)", applied);
            applied = 0;
        }
    }

    private synchronized void toTheEnd(Revocation revocation) {
        if (pending.remove(revocation.target(), revocation)) {
            pending.put(revocation.target(), revocation);
        }
    }

    private Queue<Revocation> snapshot(boolean ofUsers) {
        return pending.values().stream()
                .filter(revocation -> revocation instanceof Revocation.OfUser == ofUsers)
                .collect(Collectors.toCollection(ArrayDeque::new));
    }

    private void confirmed(Revocation revocation) {
        synchronized (this) {
            pending.remove(revocation.target(), revocation);
            applied++;
        }
        // Afterwards: what is added again from now on is confirmed once more.
        confirmed.accept(revocation);
    }

    private static void await(ThreadPoolExecutor executor, long nanos) {
        try {
            executor.awaitTermination(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A few last attempts, of some seconds at most; what remains is told and lost. */
    @Override
    public void close() {
        if (scheduler.isShutdown()) {
            return;
        }
        end = System.nanoTime() + lastAttempts.toNanos();
        scheduler.shutdown();
        applyAll();
        // What was under way may have failed before the store was back.
        for (int attempt = 1; attempt < LAST_ATTEMPTS && size() > 0; attempt++) {
            await(workers, LAST_PAUSE.toNanos());
            applyAll();
        }
        synchronized (this) {
            workers.shutdown();
        }
        for (ThreadPoolExecutor executor : List.of(scheduler, workers)) {
            await(executor, end - System.nanoTime());
            executor.shutdownNow();
        }
        List<Revocation> lost;
        synchronized (this) {
            lost = List.copyOf(pending.values());
        }
        if (!lost.isEmpty()) {
            log.warn(
                    "{} pending revocation(s) could not be applied before this node stopped, and are lost."
                            + " Repeat them: {}",
                    lost.size(),
                    lost.stream().limit(20).map(Revocation::describe).toList());
        }
    }
}
