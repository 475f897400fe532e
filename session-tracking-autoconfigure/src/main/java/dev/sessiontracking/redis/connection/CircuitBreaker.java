package dev.sessiontracking.redis.connection;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Circuit breaker for the reads or for the writes of one master. It opens when a heartbeat goes unanswered, and closes
 * when one is answered; commands fail fast meanwhile. What opens it is no outage yet: an outage is declared when a
 * request suffers from it, or when it stays open. Thread-safe; asking it takes no lock.
 */
final class CircuitBreaker {

    private static final Duration HEARTBEAT = Duration.ofMillis(100);

    /** The longest that a reconnect normally takes: a failure that lasts longer is an outage without any request. */
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
     * @param part which part of the store it stands for, or {@code null} for all of it
     * @param line what it stands for: reads or writes
     * @param heartbeat one keyed command; an exception in the stage is no answer
     * @param outages is told of outages
     */
    CircuitBreaker(@Nullable String part, Line line, Supplier<CompletionStage<?>> heartbeat, Outages outages) {
        this.part = part;
        this.line = line;
        this.heartbeat = heartbeat;
        this.outages = outages;
    }

    /** Which part of the store it stands for, or {@code null} for all of it. */
    @Nullable
    String part() {
        return part;
    }

    boolean isForWrites() {
        return line == Line.WRITE;
    }

    /** Why nothing is to be sent, or {@code null} while the server answers. */
    @Nullable
    String openBecause() {
        return reason;
    }

    /** A command went unanswered: sends a heartbeat at once, unless one is on its way. */
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

    /** The connection was lost: whoever is behind the next one may lack what this one was told last. */
    void lost(String because) {
        synchronized (this) {
            reconnected = true;
        }
        suspect(because);
    }

    /** A request was not served. */
    void suffered() {
        if (!suffered) {
            synchronized (this) {
                suffered = true;
                declare();
            }
        }
    }

    /** Nothing can be sent, as there is no connection. */
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

    /** Writes wait for a second heartbeat, and for longer: reads may be about to fail too. */
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
            // Nothing will be asked any more.
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
