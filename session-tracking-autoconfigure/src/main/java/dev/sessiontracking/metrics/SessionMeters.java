// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.metrics;

import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.TrackingState.SessionStatistics;
import dev.sessiontracking.core.TrackingState.SessionStatistics.Counters;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Meters of the engine's counters and state. A registry reads them on demand. Each tag has few values. Thread-safe. */
record SessionMeters(SessionTracking tracking) implements MeterBinder {

    static final String PREFIX = "session.tracking.";

    @Override
    public void bindTo(MeterRegistry registry) {
        bindCounters(registry);
        bindState(registry);
        bindFeed(registry);
    }

    private void bindCounters(MeterRegistry registry) {
        SessionStatistics counts = tracking.statistics();
        count(
                registry,
                "checks",
                "Checks of sessions, by result and by the source of the answer",
                counts.checks(),
                check -> Tags.of(
                        "result", TrackingState.word(check.status()), "source", TrackingState.word(check.source())));
        count(registry, "rejections", "Rejected requests", counts.rejections(), tag("reason"));
        count(
                registry,
                "rejections.observed",
                "Accepted requests that session.tracking.mode=enforce would have rejected",
                counts.observedRejections(),
                tag("reason"));
        count(
                registry,
                "claim.problems",
                "Tokens that do not fit the properties session.tracking.jwt.*",
                counts.claimProblems(),
                tag("problem"));
        count(
                registry,
                "logins",
                "Created sessions",
                counts.logins(),
                tracked -> Tags.of("tracked", tracked.toString()));
        count(
                registry,
                "renewals",
                "Renewals that the store has confirmed",
                counts.renewals(),
                renewed -> Tags.empty());
        count(
                registry,
                "revocations",
                "Revocations that are enforced, confirmed or pending",
                counts.revocations(),
                tag("operation"));
        count(
                registry,
                "revocation.reasons",
                "Revocations that are enforced, by reason",
                counts.endReasons(),
                reason -> Tags.of("reason", reason.code()));
    }

    private static <E extends Enum<E>> Function<E, Tags> tag(String name) {
        return constant -> Tags.of(name, TrackingState.word(constant));
    }

    private static <K> void count(
            MeterRegistry registry, String name, String description, Counters<K> counters, Function<K, Tags> tags) {
        for (K key : counters.keys()) {
            FunctionCounter.builder(PREFIX + name, counters, any -> any.of(key))
                    .description(description)
                    .tags(tags.apply(key))
                    .register(registry);
        }
    }

    private void bindFeed(MeterRegistry registry) {
        TimeGauge.builder(PREFIX + "feed.lag", tracking, TimeUnit.MILLISECONDS, SessionMeters::lag)
                .description(
                        "Time since this node may miss announced revocations. 0 if it misses none, no value without a feed")
                .register(registry);
        FunctionCounter.builder(
                        PREFIX + "feed.gaps",
                        tracking,
                        tracking -> tracking.feed().gaps())
                .description("How often announced revocations were lost before this node had read them")
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
}
