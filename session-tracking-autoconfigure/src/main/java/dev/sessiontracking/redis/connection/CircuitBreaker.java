// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Circuit breaker for the reads or the writes of one master. It opens when Redis does not answer a heartbeat, and
 * closes when Redis answers one. While it is open, commands fail fast. An open breaker is not yet an outage: an outage
 * begins when a request fails because of it, or when it stays open. Thread-safe; reading its state takes no lock.
 */
final class CircuitBreaker {

    private static final Duration HEARTBEAT = Duration.ofMillis(100);

    /** Longer than a normal reconnect takes. A failure that lasts longer is an outage even if no request has failed. */
    static final Duration RECONNECT = Duration.ofSeconds(1);

    private final @Nullable String part;

    private final Line line;

    private final Supplier<CompletionStage<?>> heartbeat;

    private final Outages outages;

    private volatile @Nullable String reason;

    private volatile boolean asking;

    private int unanswered;

    private long askingSince;

    private volatile boolean suffered;

    private boolean reconnected;

    /**
     * @param part the part of the store that it protects, or {@code null} for the whole store
     * @param line reads or writes
     * @param heartbeat sends one keyed command; a failed stage means no answer
     * @param outages is notified of outages
     */
    CircuitBreaker(@Nullable String part, Line line, Supplier<CompletionStage<?>> heartbeat, Outages outages) {
        this.part = part;
        this.line = line;
        this.heartbeat = heartbeat;
        this.outages = outages;
    }

    /** The part of the store that it protects, or {@code null} for the whole store. */
    @Nullable
    String part() {
        return part;
    }

    boolean isForWrites() {
        return line == Line.WRITE;
    }

    /** Why commands fail fast, or {@code null} while the breaker is closed. */
    @Nullable
    String openBecause() {
        return reason;
    }

    /** Called when a command got no answer. Sends a heartbeat at once, unless one is in flight. */
    void suspect(String because) {
        if (!asking && beginToAsk()) {
            beat(because);
        }
    }

    private synchronized boolean beginToAsk() {
        boolean begins = !asking;
        if (begins) {
            asking = true;
            askingSince = outages.nanoTime();
        }
        return begins;
    }

    /** Called when the connection is lost. The server behind the next connection may lack the last writes. */
    void lost(String because) {
        synchronized (this) {
            reconnected = true;
        }
        suspect(because);
    }

    /** Called when a request failed. */
    void suffered() {
        if (!suffered) {
            synchronized (this) {
                suffered = true;
                declare();
            }
        }
    }

    /** Called when there is no connection to send commands on. */
    void open(String because) {
        opened(because);
        suffered();
        if (beginToAsk()) {
            schedule(because);
        }
    }

    private synchronized void opened(String because) {
        unanswered++;
        if (reason == null) {
            reason = because;
        }
        declare();
    }

    /** Writes wait for a second heartbeat and for longer, because reads may fail soon too. */
    private void declare() {
        String because = reason;
        if (because != null) {
            long lasts = outages.nanoTime() - askingSince;
            boolean isOutage = line == Line.READ
                    ? suffered || lasts >= RECONNECT.toNanos()
                    : unanswered > 1 && (suffered || lasts >= 3 * RECONNECT.toNanos());
            outages.failing(this, because, isOutage);
        }
    }

    private synchronized void answered() {
        if (!outages.closed(this) && reconnected) {
            outages.replaced();
        }
        unanswered = 0;
        suffered = false;
        reconnected = false;
        reason = null;
        asking = false;
    }

    private void schedule(String because) {
        try {
            outages.executor().schedule(() -> beat(because), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // The executor is shut down. No further commands will be sent.
        }
    }

    private void beat(String because) {
        CompletionStage<?> answer;
        try {
            answer = heartbeat.get();
        } catch (RuntimeException notSent) {
            answer = CompletableFuture.failedFuture(notSent);
        }
        answer.whenComplete((value, failure) -> {
            if (failure == null || !(RedisFailures.isOutage(failure) || RedisFailures.isReadOnly(failure))) {
                answered();
            } else {
                opened(because);
                schedule(because);
            }
        });
    }
}
