package dev.sessiontracking.core;

import dev.sessiontracking.OutageBegan;
import dev.sessiontracking.OutageEnded;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.spi.StoreListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that an outage begins, and once that it has ended and what it meant. Counting is thread-safe. */
final class OutageMonitor implements StoreListener {

    private static final Logger log = LoggerFactory.getLogger(OutageMonitor.class);

    private final OutagePolicy policy;

    private final Clock clock;

    private final SessionEvents events;

    private final Runnable afterwards;

    private final LongAdder unprovenChecks = new LongAdder();

    private final LongAdder untrackedLogins = new LongAdder();

    private final LongAdder keptRevocations = new LongAdder();

    private final AtomicLong began = new AtomicLong();

    private volatile Duration past = Duration.ZERO;

    private volatile @Nullable Outage current;

    /** Whose sessions are away during an outage of that part only; told in turn, as the news of it are. */
    private @Nullable String onlyPart;

    /** @param afterwards what to do when the store answers again */
    OutageMonitor(OutagePolicy policy, Clock clock, SessionEvents events, Runnable afterwards) {
        this.policy = policy;
        this.clock = clock;
        this.events = events;
        this.afterwards = afterwards;
    }

    OutagePolicy policy() {
        return policy;
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

    /** The outage that lasts, if one does. */
    @Nullable
    Outage current() {
        return current;
    }

    /** How many outages have begun. */
    long count() {
        return began.get();
    }

    /** How long all outages have lasted together, the present one included. */
    Duration totalTime() {
        Outage lasting = current;
        return lasting == null ? past : past.plus(Duration.between(lasting.since(), clock.instant()));
    }

    /** Called strictly in turn, as this class is. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void addToPast(Duration lasted) {
        past = past.plus(lasted);
    }

    @Override
    public void unavailable(String reason) {
        log.warn("Redis not available ({}): session tracking is suspended. {}", reason, consequence());
        begin(reason);
    }

    @Override
    public void partUnavailable(String part, String reason) {
        if (current == null) {
            log.warn(
                    "Redis not available for the sessions on {} ({}): their tracking is suspended, all others are tracked"
                            + " as ever. For these: {}",
                    part,
                    reason,
                    consequence());
            onlyPart = part;
            begin("for the sessions on " + part + ": " + reason);
        } else if (onlyPart != null) {
            log.warn("Redis not available for the sessions on {} either ({}), and perhaps for more", part, reason);
            onlyPart = null;
        }
    }

    @Override
    public void writesUnavailable(@Nullable String part, String reason) {
        String where = part == null ? "" : " for the sessions on " + part;
        log.warn(
                "Redis answers reads, but takes no writes{} ({}). Tokens are still checked. Logins are untracked, and"
                        + " revocations are pending until Redis takes writes again",
                where,
                reason);
        begin("no writes" + where + ": " + reason);
    }

    private void begin(String reason) {
        if (current != null) {
            return;
        }
        Outage outage = new Outage(reason, clock.instant());
        current = outage;
        began.incrementAndGet();
        events.tellInBackground(new OutageBegan(reason, outage.since()));
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
    public void available() {
        Instant now = clock.instant();
        Outage over = current;
        Duration lasted = over == null ? Duration.ZERO : Duration.between(over.since(), now);
        OutageEnded event = new OutageEnded(
                lasted,
                unprovenChecks.sumThenReset(),
                untrackedLogins.sumThenReset(),
                keptRevocations.sumThenReset(),
                now);
        current = null;
        addToPast(lasted);
        log.info(
                "Redis is back{} after {} s: session tracking goes on. Meanwhile {} check(s) were unproven, {} login(s)"
                        + " untracked, and {} revocation(s) kept for it",
                onlyPart == null ? "" : " for the sessions on " + onlyPart,
                lasted.toMillis() / 1000.0,
                event.unprovenChecks(),
                event.untrackedLogins(),
                event.keptRevocations());
        onlyPart = null;
        afterwards.run();
        events.tellInBackground(event);
    }

    @Override
    public void partReplaced() {
        afterwards.run();
    }
}
