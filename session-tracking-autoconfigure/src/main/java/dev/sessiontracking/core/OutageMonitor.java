// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEvent.OutageBegan;
import dev.sessiontracking.SessionEvent.OutageEnded;
import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.core.TrackingState.SessionStatistics;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the beginning and the end of each outage, publishes both as events, and adds up their time. */
final class OutageMonitor implements StoreListener {

    private static final Logger log = LoggerFactory.getLogger(OutageMonitor.class);

    private final SessionStore store;

    private final SessionTracking.Settings settings;

    private final Clock clock;

    private final SessionEvents events;

    private final SessionStatistics statistics;

    private final AtomicLong began = new AtomicLong();

    private volatile Duration past = Duration.ZERO;

    private volatile @Nullable Outage current;

    /** Whose sessions cannot be checked during an outage of that part only. The store's listeners are called in turn. */
    private @Nullable String onlyPart;

    private Counts reported;

    OutageMonitor(
            SessionStore store,
            SessionTracking.Settings settings,
            Clock clock,
            SessionEvents events,
            SessionStatistics statistics) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.events = events;
        this.statistics = statistics;
        this.reported = Counts.of(statistics);
    }

    /** What was counted when the last outage ended. */
    private record Counts(long unverifiedChecks, long untrackedLogins, long pendingRevocations) {

        static Counts of(SessionStatistics statistics) {
            return new Counts(
                    statistics.checks().of(Result.UNVERIFIED),
                    statistics.logins().of(false),
                    statistics.pendingRevocations().sum());
        }
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
        log.warn("{} is unavailable ({}). {}. Reconnecting in the background", name(), reason, consequence());
        begin(reason);
    }

    @Override
    public void partUnavailable(String part, String reason) {
        if (current == null) {
            log.warn(
                    "{} is unavailable for the sessions on {} ({}). All other sessions are not affected. For"
                            + " these sessions: {}",
                    name(),
                    part,
                    reason,
                    consequence());
            onlyPart = part;
            begin("for the sessions on " + part + ": " + reason);
        } else if (onlyPart != null) {
            log.warn(
                    "{} is unavailable for the sessions on {} too ({}). More parts may be affected",
                    name(),
                    part,
                    reason);
            onlyPart = null;
        }
    }

    @Override
    public void writesUnavailable(@Nullable String part, String reason) {
        String where = part == null ? "" : " for the sessions on " + part;
        log.warn(
                "{} answers reads, but takes no writes{} ({}). Tokens are still checked. Logins are"
                        + " untracked, and revocations are pending until writes succeed again",
                name(),
                where,
                reason);
        begin("no writes" + where + ": " + reason);
    }

    private String name() {
        return store.describe().name();
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
        if (settings.mode() == Mode.OBSERVE) {
            return "All tokens are accepted until they expire (session.tracking.mode=observe)";
        }
        return switch (settings.outagePolicy()) {
            case PLAIN_JWT ->
                "Tokens are accepted until they expire, except those on this node's denylist (outage policy"
                        + " plain-jwt)";
            case REJECT -> "Requests with a session token get 503 (outage policy reject)";
        };
    }

    @Override
    public void available() {
        Instant now = clock.instant();
        Outage over = current;
        Duration lasted = over == null ? Duration.ZERO : Duration.between(over.since(), now);
        Counts counts = Counts.of(statistics);
        OutageEnded event = new OutageEnded(
                lasted,
                counts.unverifiedChecks() - reported.unverifiedChecks(),
                counts.untrackedLogins() - reported.untrackedLogins(),
                counts.pendingRevocations() - reported.pendingRevocations(),
                now);
        reported = counts;
        current = null;
        addToPast(lasted);
        log.info(
                "{} is available again{} after {} s. During the outage: {} unverified check(s), {} untracked login(s), {}"
                        + " pending revocation(s)",
                name(),
                onlyPart == null ? "" : " for the sessions on " + onlyPart,
                lasted.toMillis() / 1000.0,
                event.unverifiedChecks(),
                event.untrackedLogins(),
                event.pendingRevocations());
        onlyPart = null;
        events.tellInBackground(event);
    }
}
