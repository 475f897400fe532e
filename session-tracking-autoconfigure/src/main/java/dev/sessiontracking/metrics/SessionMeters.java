package dev.sessiontracking.metrics;

import dev.sessiontracking.RequestRejected;
import dev.sessiontracking.RevocationOperation;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the engine counts and knows, read when somebody looks. Every tag has a handful of values. Thread-safe. */
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
        bindOutages(registry);
    }

    private void bindCounters(MeterRegistry registry) {
        for (Result check : Result.values()) {
            counter(
                            "checks",
                            "Sessions looked up",
                            tracking -> tracking.statistics().checks(check))
                    .tag("result", lowerCase(check.status()))
                    .tag("source", lowerCase(check.source()))
                    .register(registry);
        }
        for (RequestRejected.Reason reason : RequestRejected.Reason.values()) {
            counter(
                            "rejections",
                            "Requests refused",
                            tracking -> tracking.statistics().rejections(reason))
                    .tag("reason", lowerCase(reason))
                    .register(registry);
        }
        for (ClaimProblem problem : ClaimProblem.values()) {
            counter(
                            "claim.problems",
                            "Cases in which tokens do not fit the properties session.tracking.jwt",
                            tracking -> tracking.statistics().claimProblems(problem))
                    .tag("problem", lowerCase(problem))
                    .register(registry);
        }
        for (boolean tracked : new boolean[] {true, false}) {
            counter(
                            "logins",
                            "Sessions begun",
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
                        "Answers kept in memory",
                        tracking -> tracking.nearCache().size())
                .register(registry);
        gauge(
                        "near.cache.hit.ratio",
                        "Share of the checks since start that memory answered",
                        tracking -> tracking.statistics().hitRatio())
                .register(registry);
        TimeGauge.builder(
                        PREFIX + "near.cache.lease.age",
                        tracking,
                        TimeUnit.NANOSECONDS,
                        tracking -> nanos(tracking.nearCache().leaseAge()))
                .description("Time since the last answer of the store; none without a fresh lease")
                .register(registry);
    }

    private void bindRevocations(MeterRegistry registry) {
        for (RevocationOperation operation : RevocationOperation.values()) {
            counter(
                            "revocations",
                            "Revocations in force",
                            tracking -> tracking.statistics().revocations(operation))
                    .tag("operation", lowerCase(operation))
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

    private void bindOutages(MeterRegistry registry) {
        gauge(
                        "outage.active",
                        "1 while the store does not answer",
                        tracking -> tracking.state().outage() == null ? 0 : 1)
                .register(registry);
        FunctionTimer.builder(
                        PREFIX + "outages",
                        tracking,
                        SessionTracking::outages,
                        tracking -> tracking.outageTime().toMillis(),
                        TimeUnit.MILLISECONDS)
                .description("Outages begun, and how long they have lasted")
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
