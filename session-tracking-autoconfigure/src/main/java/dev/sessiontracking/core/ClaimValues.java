// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** The one way in which values of claims are read. They are outside data even when they are signed: nothing here throws. */
public final class ClaimValues {

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private ClaimValues() {}

    /** Text as it is, and an integral number as decimal text: {@code 42} and {@code "42"} name the same. */
    public static @Nullable String text(@Nullable Object value) {
        return value instanceof String text ? text : isIntegral(value) ? String.valueOf(value) : null;
    }

    /** A time as decoders represent it: in seconds since 1970, unless it was converted already. {@link #bounded Bounded}. */
    @SuppressWarnings("JavaUtilDate") // A java.sql.Date has no toInstant().
    public static @Nullable Instant instant(@Nullable Object value) {
        if (value instanceof Instant instant) {
            return bounded(instant);
        }
        if (value instanceof Date date) {
            return bounded(Instant.ofEpochMilli(date.getTime()));
        }
        if (!(value instanceof Number number) || Double.isNaN(number.doubleValue())) {
            return null;
        }
        // The long value of a larger number may be any.
        double seconds = Math.max(0, Math.min(number.doubleValue(), (double) LAST.getEpochSecond()));
        return Instant.ofEpochSecond((long) seconds);
    }

    /** As {@link #instant}; {@code null} for a time that is beyond all calendars, or before 1970. */
    public static @Nullable Instant credibleInstant(@Nullable Object value) {
        Instant time = instant(value);
        return time == null || time.equals(Instant.EPOCH) || time.equals(LAST) ? null : time;
    }

    /** From 1970 to the year 9999, so that calculations with it do not overflow. */
    static Instant bounded(Instant time) {
        return time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time.isAfter(LAST) ? LAST : time;
    }

    /** A count. A number with a fraction, or of another range than {@code long}, is none. */
    static @Nullable Long count(@Nullable Object value) {
        return value instanceof Number number && isIntegral(value) && !(value instanceof BigInteger)
                ? (Long) number.longValue()
                : null;
    }

    private static boolean isIntegral(@Nullable Object value) {
        return value instanceof Long
                || value instanceof Integer
                || value instanceof BigInteger
                || value instanceof Short
                || value instanceof Byte;
    }
}
