// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.memory;

import dev.sessiontracking.benchmarks.report.Conditions;
import dev.sessiontracking.benchmarks.report.Results;
import dev.sessiontracking.core.Lifetimes;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.redis.nearcache.NearCache;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionIds;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.ref.Reference;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/** Prints how many bytes of a node's heap each kind of entry takes: what is used after a collection, before and after. */
public final class MemoryCommand {

    private static final int ENTRIES = 100_000;

    private static final int MOST_COLLECTIONS = 10;

    private static final double STEADY = 0.001;

    private static final Duration TTL = Duration.ofDays(7);

    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

    private MemoryCommand() {}

    /** Runs it; there are no options. */
    public static void run(List<String> options) {
        if (!options.isEmpty()) {
            throw new IllegalArgumentException("There are no options");
        }
        String table = "| entry | bytes each |\n|---|--:|\n"
                + row("live session in the near cache", MemoryCommand::liveSessions)
                + row("absent session in the near cache", MemoryCommand::absentSessions)
                + row("remembered revocation of one session", MemoryCommand::remembered)
                + row("revocation of one session that waits for Redis, memory included", MemoryCommand::pending)
                + row(
                        "revocation of all of a user that waits for Redis, memory included",
                        MemoryCommand::pendingOfUsers);
        System.out.println(table);
        Results.write(
                "memory",
                "md",
                "# A node's memory\n\n"
                        + new Conditions()
                                .add("entries", String.valueOf(ENTRIES))
                                .markdown() + "\n" + table);
    }

    private static String row(String entry, Subject subject) {
        System.err.println(entry);
        // Once for the classes and the code that it needs.
        subject.measure();
        return String.format(Locale.ROOT, "| %s | %.0f |%n", entry, subject.measure());
    }

    private static double liveSessions() {
        NearCache cache = cache();
        long expiresAt = System.currentTimeMillis() + TTL.toMillis();
        // Each with an expiry of its own, as sessions have it.
        return bytesEach(cache, i -> cache.putLive(SessionIds.generate(), i, expiresAt + i));
    }

    private static double absentSessions() {
        NearCache cache = cache();
        return bytesEach(cache, i -> cache.putAbsent(SessionIds.generate()));
    }

    private static NearCache cache() {
        return new NearCache(10L * ENTRIES, Duration.ofMillis(500), System::nanoTime, Clock.systemUTC());
    }

    private static double remembered() {
        return revoked(
                true,
                (tracking, i) -> tracking.checker().revoke(new TokenSession(SessionIds.generate(), userId(i), null)));
    }

    private static double pending() {
        return revoked(
                false,
                (tracking, i) -> tracking.checker().revoke(new TokenSession(SessionIds.generate(), userId(i), null)));
    }

    private static double pendingOfUsers() {
        return revoked(false, (tracking, i) -> tracking.service().revokeAllUserSessions(userId(i)));
    }

    private static String userId(int i) {
        return "user-" + (100_000_000 + i);
    }

    private static double revoked(boolean answering, Step step) {
        OneAnswerStore store = new OneAnswerStore(answering);
        try (SessionTracking tracking = new SessionTracking(
                store,
                null,
                new Settings(OutagePolicy.PLAIN_JWT, Lifetimes.of(TTL), TTL, 2 * ENTRIES),
                Clock.systemUTC())) {
            double bytes = bytesEach(tracking, i -> step.take(tracking, i));
            if (tracking.rememberedRevocations() != ENTRIES) {
                throw new IllegalStateException("Not all revocations are remembered");
            }
            store.answer();
            return bytes;
        }
    }

    /** @param holder what holds the entries, kept until they were counted */
    private static double bytesEach(Object holder, IntConsumer step) {
        try {
            long before = used();
            for (int i = 0; i < ENTRIES; i++) {
                step.accept(i);
            }
            return (used() - before) / (double) ENTRIES;
        } finally {
            Reference.reachabilityFence(holder);
        }
    }

    /** What is in use when a further collection finds nothing more. */
    private static long used() {
        long last = Long.MAX_VALUE;
        for (int i = 0; i < MOST_COLLECTIONS; i++) {
            MEMORY.gc();
            long now = MEMORY.getHeapMemoryUsage().getUsed();
            if (Math.abs(last - now) < STEADY * now) {
                return now;
            }
            last = now;
        }
        return last;
    }

    @FunctionalInterface
    private interface Subject {
        double measure();
    }

    @FunctionalInterface
    private interface Step {
        void take(SessionTracking tracking, int i);
    }
}
