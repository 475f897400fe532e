// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.metrics;

import static dev.sessiontracking.core.TrackingState.word;

import dev.sessiontracking.core.SessionTracking;
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
        Binding binding = new Binding(registry, tracking);
        binding.counters(tracking.statistics());
        binding.state();
        binding.times();
    }

    private static <E extends Enum<E>> Function<E, Tags> tag(String name) {
        return constant -> Tags.of(name, word(constant));
    }

    private static double lag(SessionTracking tracking) {
        FeedState feed = tracking.feed();
        if (feed.coverage() == FeedState.Coverage.OFF) {
            return Double.NaN;
        }
        Instant since = feed.behindSince();
        return since == null
                ? 0
                : Math.max(0, Duration.between(since, Instant.now()).toMillis());
    }

    private static double nanos(@Nullable Duration duration) {
        return duration == null ? Double.NaN : duration.toNanos();
    }

    private static double seconds(@Nullable Instant time) {
        return time == null ? Double.NaN : time.getEpochSecond();
    }

    private record Binding(MeterRegistry registry, SessionTracking tracking) {

        void counters(SessionStatistics counts) {
            count(
                    "checks",
                    "Checks of sessions, by result and by the source of the answer",
                    counts.checks(),
                    check -> Tags.of("result", word(check.status()), "source", word(check.source())));
            count("rejections", "Rejected requests", counts.rejections(), tag("reason"));
            count(
                    "rejections.observed",
                    "Accepted requests that session.tracking.mode=enforce would have rejected",
                    counts.observedRejections(),
                    tag("reason"));
            count(
                    "claim.problems",
                    "Tokens that do not fit the properties session.tracking.jwt.*",
                    counts.claimProblems(),
                    tag("problem"));
            count("logins", "Created sessions", counts.logins(), tracked -> Tags.of("tracked", tracked.toString()));
            count("renewals", "Renewals that the store has confirmed", counts.renewals(), any -> Tags.empty());
            count(
                    "revocations",
                    "Revocations that are enforced, confirmed or pending",
                    counts.revocations(),
                    tag("operation"));
            count(
                    "revocation.reasons",
                    "Revocations that are enforced, by reason",
                    counts.endReasons(),
                    reason -> Tags.of("reason", reason.code()));
        }

        private <K> void count(String name, String description, Counters<K> counters, Function<K, Tags> tags) {
            for (K key : counters.keys()) {
                FunctionCounter.builder(PREFIX + name, counters, any -> any.of(key))
                        .description(description)
                        .tags(tags.apply(key))
                        .register(registry);
            }
        }

        void state() {
            gauge(
                    "near.cache.size",
                    "Number of sessions in the near cache",
                    it -> it.nearCache().size());
            gauge(
                    "near.cache.hit.ratio",
                    "Share of all checks since the start that the near cache answered",
                    it -> it.statistics().hitRatio());
            gauge(
                    "revocations.pending",
                    "Revocations that the store has not confirmed",
                    SessionTracking::pendingRevocations);
            gauge(
                    "cutoff",
                    "Time of the cut-off of all users in seconds since 1970. No value without a cut-off",
                    it -> seconds(it.cutoff()));
            gauge(
                    "revocations.remembered",
                    "Revocations that this node remembers",
                    SessionTracking::rememberedRevocations);
            gauge(
                    "outage.active",
                    "1 during an outage, else 0",
                    it -> it.state().outage() == null ? 0 : 1);
        }

        private void gauge(String name, String description, ToDoubleFunction<SessionTracking> value) {
            Gauge.builder(PREFIX + name, tracking, value)
                    .description(description)
                    .register(registry);
        }

        void times() {
            TimeGauge.builder(
                            PREFIX + "near.cache.lease.age",
                            tracking,
                            TimeUnit.NANOSECONDS,
                            it -> nanos(it.nearCache().leaseAge()))
                    .description("Time since the last reply from the store. No value without a valid lease")
                    .register(registry);
            FunctionTimer.builder(
                            PREFIX + "outages",
                            tracking,
                            SessionTracking::outages,
                            it -> it.outageTime().toMillis(),
                            TimeUnit.MILLISECONDS)
                    .description("Number and total duration of outages")
                    .register(registry);
            TimeGauge.builder(PREFIX + "feed.lag", tracking, TimeUnit.MILLISECONDS, SessionMeters::lag)
                    .description(
                            "Time since this node may miss announced revocations. 0 if it misses none, no value without a feed")
                    .register(registry);
            FunctionCounter.builder(
                            PREFIX + "feed.gaps", tracking, it -> it.feed().gaps())
                    .description("How often announced revocations were lost before this node had read them")
                    .register(registry);
        }
    }
}
