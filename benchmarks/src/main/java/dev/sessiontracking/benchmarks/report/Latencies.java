// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.report;

import java.util.Arrays;

/** How long each operation took. For one thread. */
public final class Latencies {

    private int[] nanos = new int[1 << 14];

    private int count;

    /** Adds one, in nanoseconds. */
    public void add(long duration) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = (int) Math.min(duration, Integer.MAX_VALUE);
    }

    /** Adds those of another thread. */
    public void addAll(Latencies others) {
        nanos = Arrays.copyOf(nanos, Math.max(1, count + others.count));
        System.arraycopy(others.nanos, 0, nanos, count, others.count);
        count += others.count;
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** That part of them took no longer than this, in microseconds; {@code part} is 0.5 for the median. */
    public double percentile(double part) {
        int[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1L, Math.round(part * count))] / 1e3;
    }
}
