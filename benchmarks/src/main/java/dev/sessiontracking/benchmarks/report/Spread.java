// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.report;

import java.util.Arrays;
import java.util.Locale;

/**
 * What became of one figure over the rounds.
 *
 * @param median the middle one
 * @param minimum the smallest
 * @param maximum the largest
 */
public record Spread(double median, double minimum, double maximum) {

    /** The spread of some values, in any order. */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("There is nothing to spread");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** As {@code median [minimum–maximum]}. */
    public String format(int decimals) {
        String number = "%." + decimals + "f";
        return String.format(Locale.ROOT, number + " [" + number + "–" + number + "]", median, minimum, maximum);
    }
}
