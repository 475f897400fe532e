// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.metrics;

import dev.sessiontracking.RequestRejected;
import dev.sessiontracking.RevocationOperation;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.spi.CachingReader.FeedState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Meters of the engine's counters and state. A registry reads them on demand. Each tag has few values. Thread-safe. */
final class SessionMeters implements MeterBinder {

    static final String PREFIX = "session.tracking.";

    private final SessionTracking tracking;

    SessionMeters(SessionTracking tracking) {
        this.tracking = tracking;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bindCounters(registry);
        bindNearCache(registry);
        bindRevocations(registry);
        bindFeed(registry);
        bindOutages(registry);
    }

    private void bindCounters(MeterRegistry registry) {
        for (Result check : Result.values()) {
            counter(
                            "checks",
                            "Checks of sessions, by result and by the source of the answer",
                            tracking -> tracking.statistics().checks(check))
                    .tag("result", lowerCase(check.status()))
                    .tag("source", lowerCase(check.source()))
                    .register(registry);
        }
        for (RequestRejected.Reason reason : RequestRejected.Reason.values()) {
            counter(
                            "rejections",
                            "Rejected requests",
                            tracking -> tracking.statistics().rejections(reason))
                    .tag("reason", lowerCase(reason))
                    .register(registry);
        }
        for (RequestRejected.Reason reason : RequestRejected.Reason.values()) {
            counter(
                            "rejections.observed",
                            "Accepted requests that session.tracking.mode=enforce would have rejected",
                            tracking -> tracking.statistics().observedRejections(reason))
                    .tag("reason", lowerCase(reason))
                    .register(registry);
        }
        for (ClaimProblem problem : ClaimProblem.values()) {
            counter(
                            "claim.problems",
                            "Tokens that do not fit the properties session.tracking.jwt.*",
                            tracking -> tracking.statistics().claimProblems(problem))
                    .tag("problem", lowerCase(problem))
                    .register(registry);
        }
        for (boolean tracked : new boolean[] {true, false}) {
            counter(
                            "logins",
                            "Created sessions",
                            tracking -> tracking.statistics().logins(tracked))
                    .tag("tracked", String.valueOf(tracked))
                    .register(registry);
        }
        counter(
                        "renewals",
                        "Renewals that the store has confirmed",
                        tracking -> tracking.statistics().renewals())
                .register(registry);
    }

    private void bindNearCache(MeterRegistry registry) {
        gauge(
                        "near.cache.size",
                        "Number of sessions in the near cache",
                        tracking -> tracking.nearCache().size())
                .register(registry);
        gauge(
                        "near.cache.hit.ratio",
                        "Share of all checks since the start that the near cache answered",
                        tracking -> tracking.statistics().hitRatio())
                .register(registry);
        TimeGauge.builder(
                        PREFIX + "near.cache.lease.age",
                        tracking,
                        TimeUnit.NANOSECONDS,
                        tracking -> nanos(tracking.nearCache().leaseAge()))
                .description("Time since the last reply from the store. No value without a valid lease")
                .register(registry);
    }

    private void bindRevocations(MeterRegistry registry) {
        for (RevocationOperation operation : RevocationOperation.values()) {
            counter(
                            "revocations",
                            "Revocations that are enforced, confirmed or pending",
                            tracking -> tracking.statistics().revocations(operation))
                    .tag("operation", lowerCase(operation))
                    .register(registry);
        }
        for (SessionEndReason reason : tracking.statistics().endReasons()) {
            counter(
                            "revocation.reasons",
                            "Revocations that are enforced, by reason",
                            tracking -> tracking.statistics().revocations(reason))
                    .tag("reason", reason.code())
                    .register(registry);
        }
        gauge(
                        "revocations.pending",
                        "Revocations that the store has not confirmed",
                        SessionTracking::pendingRevocations)
                .register(registry);
        gauge("revocations.remembered", "Revocations that this node remembers", SessionTracking::rememberedRevocations)
                .register(registry);
    }

    private void bindFeed(MeterRegistry registry) {
        TimeGauge.builder(PREFIX + "feed.lag", tracking, TimeUnit.MILLISECONDS, SessionMeters::lag)
                .description(
                        "Time since this node may miss announced revocations. 0 if it misses none, no value without a feed")
                .register(registry);
        counter(
                        "feed.gaps",
                        "How often announced revocations were lost before this node had read them",
                        tracking -> tracking.feed().gaps())
                .register(registry);
    }

    private static double lag(SessionTracking tracking) {
        FeedState feed = tracking.feed();
        if (feed.coverage() == FeedState.Coverage.OFF) {
            return Double.NaN;
        }
        return feed.behindSince() == null
                ? 0
                : Math.max(
                        0, Duration.between(feed.behindSince(), Instant.now()).toMillis());
    }

    private void bindOutages(MeterRegistry registry) {
        gauge(
                        "outage.active",
                        "1 during an outage, else 0",
                        tracking -> tracking.state().outage() == null ? 0 : 1)
                .register(registry);
        FunctionTimer.builder(
                        PREFIX + "outages",
                        tracking,
                        SessionTracking::outages,
                        tracking -> tracking.outageTime().toMillis(),
                        TimeUnit.MILLISECONDS)
                .description("Number and total duration of outages")
                .register(registry);
    }

    private FunctionCounter.Builder<SessionTracking> counter(
            String name, String description, ToDoubleFunction<SessionTracking> count) {
        return FunctionCounter.builder(PREFIX + name, tracking, count).description(description);
    }

    private Gauge.Builder<SessionTracking> gauge(
            String name, String description, ToDoubleFunction<SessionTracking> value) {
        return Gauge.builder(PREFIX + name, tracking, value).description(description);
    }

    private static double nanos(@Nullable Duration duration) {
        return duration == null ? Double.NaN : duration.toNanos();
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
