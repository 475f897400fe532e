// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.benchmarks.server.RedisFigures;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A variant that runs, with a Redis server of its own if it needs one, and with sessions to ask with. */
final class Subject implements AutoCloseable {

    private final Variant variant;

    private final @Nullable RedisProcess redis;

    private final @Nullable RedisClientConnection redisConnection;

    private final VariantProcess process;

    private Logins logins = new Logins(List.of(), null);

    private List<byte[]> requests = List.of();

    private Subject(Variant variant, Classpath classpath) {
        this.variant = variant;
        this.redis = variant.usesRedis() ? RedisProcess.start() : null;
        this.redisConnection = redis == null ? null : RedisClientConnection.to(redis);
        this.process = VariantProcess.start(variant, classpath, redis == null ? null : redis.url());
    }

    /** Starts a variant and begins its sessions. */
    static Subject start(Variant variant, Classpath classpath, Plan plan) {
        Subject subject = new Subject(variant, classpath);
        try {
            subject.login(plan);
            return subject;
        } catch (RuntimeException e) {
            subject.close();
            throw new IllegalStateException("Nobody could log in to " + variant, e);
        }
    }

    private void login(Plan plan) {
        logins = Logins.perform(process.port(), redis == null ? plan.sessions() : plan.logins(), redisConnection);
        requests = logins.headerLines().stream()
                .limit(plan.sessions())
                .map(line -> HttpConnection.request("GET", "/hello", line))
                .toList();
    }

    Variant variant() {
        return variant;
    }

    Logins logins() {
        return logins;
    }

    int port() {
        return process.port();
    }

    List<byte[]> requests() {
        return requests;
    }

    /** A connection to its server. */
    RedisClientConnection redis() {
        return Objects.requireNonNull(redisConnection, "This variant has no server");
    }

    /** Requests that nobody measures. */
    void warmUp(Plan plan, Duration duration) {
        Load.run(process.port(), requests, plan.connections(), duration);
        Load.run(process.port(), requests, 1, plan.slot());
    }

    Sample measure(Plan plan) {
        RedisFigures redisBefore = figures();
        Duration before = process.cpu();
        Load one = Load.run(process.port(), requests, 1, plan.slot());
        Duration between = process.cpu();
        Load many = Load.run(process.port(), requests, plan.connections(), plan.slot());
        Duration after = process.cpu();
        RedisFigures redisAfter = figures();
        double redisCpu = Double.NaN;
        double redisCommands = Double.NaN;
        if (redisBefore != null && redisAfter != null) {
            RedisFigures work = redisAfter.since(redisBefore);
            int count = one.latencies().count() + many.latencies().count();
            redisCpu = work.cpuMicros() / count;
            redisCommands = (double) work.commands() / count;
        }
        return new Sample(
                one.latencies().percentile(0.5),
                one.latencies().percentile(0.99),
                microsPerRequest(between.minus(before), one),
                many.perSecond(),
                microsPerRequest(after.minus(between), many),
                redisCpu,
                redisCommands);
    }

    private @Nullable RedisFigures figures() {
        return redisConnection == null ? null : redisConnection.figures();
    }

    private static double microsPerRequest(Duration cpu, Load load) {
        return cpu.toNanos() / 1e3 / load.latencies().count();
    }

    @Override
    public void close() {
        process.close();
        if (redisConnection != null) {
            redisConnection.close();
        }
        if (redis != null) {
            redis.close();
        }
    }
}
