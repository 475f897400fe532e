// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

/**
 * What one variant showed in one round.
 *
 * @param p50 median latency at one connection, in microseconds
 * @param p99 99th percentile at one connection, in microseconds
 * @param cpuAtOne processor time of the application for each request at one connection, in microseconds
 * @param perSecond requests per second at several connections
 * @param cpuAtMany processor time of the application for each request at several connections, in microseconds
 * @param redisCpu processor time of Redis for each request of both, in microseconds; {@code NaN} without Redis
 * @param redisCommands commands for each request of both; {@code NaN} without Redis
 */
record Sample(
        double p50,
        double p99,
        double cpuAtOne,
        double perSecond,
        double cpuAtMany,
        double redisCpu,
        double redisCommands) {

    static String csvHead() {
        return "p50_us,p99_us,cpu_us_1,requests_per_s,cpu_us_n,redis_cpu_us,redis_commands";
    }

    String csv() {
        return String.join(
                ",",
                format(p50),
                format(p99),
                format(cpuAtOne),
                format(perSecond),
                format(cpuAtMany),
                format(redisCpu),
                format(redisCommands));
    }

    private static String format(double value) {
        return Double.isNaN(value) ? "" : String.format(java.util.Locale.ROOT, "%.4f", value);
    }
}
