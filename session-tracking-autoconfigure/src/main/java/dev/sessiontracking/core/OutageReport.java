package dev.sessiontracking.core;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that an outage begins, and once that it has ended and what it meant. Counting is thread-safe. */
final class OutageReport implements StoreListener {

    private static final Logger log = LoggerFactory.getLogger(OutageReport.class);

    private final OutagePolicy policy;

    private final Clock clock;

    private final Runnable afterwards;

    private final LongAdder unprovenChecks = new LongAdder();

    private final LongAdder untrackedLogins = new LongAdder();

    private final LongAdder keptRevocations = new LongAdder();

    private @Nullable Instant since;

    /** @param afterwards what to do when the store answers again */
    OutageReport(OutagePolicy policy, Clock clock, Runnable afterwards) {
        this.policy = policy;
        this.clock = clock;
        this.afterwards = afterwards;
    }

    void uncheckedToken() {
        unprovenChecks.increment();
    }

    void untrackedLogin() {
        untrackedLogins.increment();
    }

    void keptRevocation() {
        keptRevocations.increment();
    }

    @Override
    public synchronized void unavailable(String reason) {
        since = clock.instant();
        log.warn("Redis not available ({}): session tracking is suspended. {}", reason, consequence());
    }

    private String consequence() {
        return switch (policy) {
            case PLAIN_JWT ->
                "Tokens are valid until they expire, except those that this node knows to be revoked"
                        + " (session.tracking.outage-policy=plain-jwt)";
            case REJECT -> "Requests with a session are answered 503 (session.tracking.outage-policy=reject)";
        };
    }

    @Override
    public synchronized void available() {
        Instant began = since == null ? clock.instant() : since;
        since = null;
        log.info(
                "Redis is back after {} s: session tracking goes on. Meanwhile {} check(s) were unproven, {} login(s)"
                        + " untracked, and {} revocation(s) kept for it",
                Duration.between(began, clock.instant()).toMillis() / 1000.0,
                unprovenChecks.sumThenReset(),
                untrackedLogins.sumThenReset(),
                keptRevocations.sumThenReset());
        afterwards.run();
    }

    @Override
    public void partReplaced() {
        afterwards.run();
    }
}
