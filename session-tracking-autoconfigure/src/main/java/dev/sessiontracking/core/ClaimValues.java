// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** The one way in which values of claims are read. They are outside data even when they are signed: nothing here throws. */
public final class ClaimValues {

    private ClaimValues() {}

    /** Text as it is, and an integral number as decimal text: {@code 42} and {@code "42"} name the same. */
    public static @Nullable String text(@Nullable Object value) {
        return value instanceof String text ? text : isIntegral(value) ? String.valueOf(value) : null;
    }

    /** A time as decoders represent it: in seconds since 1970, unless it was converted already. */
    public static @Nullable Instant instant(@Nullable Object value) {
        if (value instanceof Instant instant) {
            return instant;
        }
        if (value instanceof Date date) {
            return date.toInstant();
        }
        if (!(value instanceof Number seconds)) {
            return null;
        }
        try {
            return Instant.ofEpochSecond(seconds.longValue());
        } catch (DateTimeException tooFarAway) {
            return null;
        }
    }

    private static boolean isIntegral(@Nullable Object value) {
        return value instanceof Long
                || value instanceof Integer
                || value instanceof BigInteger
                || value instanceof Short
                || value instanceof Byte;
    }
}
