// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

/**
 * How long tests of faults and races are. The everyday run, {@code mvn verify}, has a short form of them. The full run,
 * {@code mvn -Pfull verify}, sets {@code session.tracking.test.full}, and runs only what is tagged: {@code long} has both
 * forms and uses this class, {@code full} is not a part of the everyday run.
 */
public final class TestLength {

    private static final boolean FULL = Boolean.getBoolean("session.tracking.test.full");

    private TestLength() {}

    public static boolean isFull() {
        return FULL;
    }

    /** The number of rounds or seconds for this run. */
    public static int of(int everyday, int full) {
        return FULL ? full : everyday;
    }
}
