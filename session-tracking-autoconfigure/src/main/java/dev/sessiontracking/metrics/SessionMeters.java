// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.metrics;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionStatistics;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.spi.CachingReader.FeedState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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
        bindState(registry);
        bindFeed(registry);
    }

    private void bindCounters(MeterRegistry registry) {
        SessionStatistics counts = tracking.statistics();
        for (Result check : Result.values()) {
            Tags tags = Tags.of("result", lowerCase(check.status()), "source", lowerCase(check.source()));
            String description = "Checks of sessions, by result and by the source of the answer";
            count(registry, "checks", description, tags, () -> counts.checks(check));
        }
        for (RequestRejected.Reason reason : RequestRejected.Reason.values()) {
            Tags tags = Tags.of("reason", lowerCase(reason));
            count(registry, "rejections", "Rejected requests", tags, () -> counts.rejections(reason));
            String description = "Accepted requests that session.tracking.mode=enforce would have rejected";
            count(registry, "rejections.observed", description, tags, () -> counts.observedRejections(reason));
        }
        for (ClaimProblem problem : ClaimProblem.values()) {
            Tags tags = Tags.of("problem", lowerCase(problem));
            String description = "Tokens that do not fit the properties session.tracking.jwt.*";
            count(registry, "claim.problems", description, tags, () -> counts.claimProblems(problem));
        }
        for (boolean tracked : new boolean[] {true, false}) {
            Tags tags = Tags.of("tracked", String.valueOf(tracked));
            count(registry, "logins", "Created sessions", tags, () -> counts.logins(tracked));
        }
        count(registry, "renewals", "Renewals that the store has confirmed", Tags.empty(), counts::renewals);
        for (RevocationOperation operation : RevocationOperation.values()) {
            Tags tags = Tags.of("operation", lowerCase(operation));
            String description = "Revocations that are enforced, confirmed or pending";
            count(registry, "revocations", description, tags, () -> counts.revocations(operation));
        }
        for (SessionEndReason reason : counts.endReasons()) {
            Tags tags = Tags.of("reason", reason.code());
            String description = "Revocations that are enforced, by reason";
            count(registry, "revocation.reasons", description, tags, () -> counts.revocations(reason));
        }
    }

    private void bindFeed(MeterRegistry registry) {
        TimeGauge.builder(PREFIX + "feed.lag", tracking, TimeUnit.MILLISECONDS, SessionMeters::lag)
                .description(
                        "Time since this node may miss announced revocations. 0 if it misses none, no value without a feed")
                .register(registry);
        String description = "How often announced revocations were lost before this node had read them";
        count(
                registry,
                "feed.gaps",
                description,
                Tags.empty(),
                () -> tracking.feed().gaps());
    }

    private void count(MeterRegistry registry, String name, String description, Tags tags, LongSupplier count) {
        FunctionCounter.builder(PREFIX + name, tracking, any -> count.getAsLong())
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private void bindState(MeterRegistry registry) {
        gauge(
                registry,
                "near.cache.size",
                "Number of sessions in the near cache",
                tracking -> tracking.nearCache().size());
        gauge(
                registry,
                "near.cache.hit.ratio",
                "Share of all checks since the start that the near cache answered",
                tracking -> tracking.statistics().hitRatio());
        gauge(
                registry,
                "revocations.pending",
                "Revocations that the store has not confirmed",
                SessionTracking::pendingRevocations);
        gauge(
                registry,
                "cutoff",
                "Time of the cut-off of all users in seconds since 1970. No value without a cut-off",
                tracking -> {
                    Instant cutoff = tracking.cutoff();
                    return cutoff == null ? Double.NaN : cutoff.getEpochSecond();
                });
        gauge(
                registry,
                "revocations.remembered",
                "Revocations that this node remembers",
                SessionTracking::rememberedRevocations);
        gauge(
                registry,
                "outage.active",
                "1 during an outage, else 0",
                tracking -> tracking.state().outage() == null ? 0 : 1);
        TimeGauge.builder(
                        PREFIX + "near.cache.lease.age",
                        tracking,
                        TimeUnit.NANOSECONDS,
                        tracking -> nanos(tracking.nearCache().leaseAge()))
                .description("Time since the last reply from the store. No value without a valid lease")
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

    private void gauge(
            MeterRegistry registry, String name, String description, ToDoubleFunction<SessionTracking> value) {
        Gauge.builder(PREFIX + name, tracking, value).description(description).register(registry);
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

    private static double nanos(@Nullable Duration duration) {
        return duration == null ? Double.NaN : duration.toNanos();
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
