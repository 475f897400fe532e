// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.server;

import java.util.HashMap;
import java.util.Map;

/**
 * What a server says of itself at one moment.
 *
 * @param cpuMicros processor time that it has used, user and system
 * @param commands commands that it has run, those inside scripts included
 * @param memoryBytes memory that it has in use
 * @param version its version
 */
public record RedisFigures(double cpuMicros, long commands, long memoryBytes, String version) {

    static RedisFigures parse(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return new RedisFigures(
                1e6 * (number(fields, "used_cpu_user") + number(fields, "used_cpu_sys")),
                (long) number(fields, "total_commands_processed"),
                (long) number(fields, "used_memory"),
                fields.getOrDefault("redis_version", "unknown"));
    }

    private static double number(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalStateException("INFO has no field " + name);
        }
        return Double.parseDouble(value);
    }

    /** The work since an earlier moment. The question for it is a command of ours, and taken off. */
    public RedisFigures since(RedisFigures earlier) {
        return new RedisFigures(
                cpuMicros - earlier.cpuMicros,
                commands - earlier.commands - 1,
                memoryBytes - earlier.memoryBytes,
                version);
    }
}
