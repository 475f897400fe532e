package dev.sessiontracking.benchmarks.http;

import java.util.Arrays;

/** How long each request took. For one thread. */
final class Latencies {

    private int[] nanos = new int[1 << 14];

    private int count;

    void add(long duration) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = (int) Math.min(duration, Integer.MAX_VALUE);
    }

    void addAll(Latencies others) {
        nanos = Arrays.copyOf(nanos, Math.max(1, count + others.count));
        System.arraycopy(others.nanos, 0, nanos, count, others.count);
        count += others.count;
    }

    int count() {
        return count;
    }

    /** In microseconds; {@code part} is 0.5 for the median. */
    double percentile(double part) {
        int[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1L, Math.round(part * count))] / 1e3;
    }
}
