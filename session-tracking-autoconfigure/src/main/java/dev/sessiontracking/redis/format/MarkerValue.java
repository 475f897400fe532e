// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import dev.sessiontracking.spi.NotBefore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The value of a not-before marker. {@code marker.lua} writes it. */
public final class MarkerValue {

    /** The value of a cleared marker: no marker, and nothing to restore. */
    public static final String CLEARED = "0";

    private static final Pattern VALUE = Pattern.compile("(\\d{1,15})(?: (\\S+) (\\d{1,15}))?");

    private MarkerValue() {}

    /** The value of a marker, as {@code marker.lua} writes it. */
    static String text(NotBefore marker) {
        if (marker.equals(NotBefore.CLEARED)) {
            return CLEARED;
        }
        String spared = marker.sparedSessionId();
        return spared == null
                ? String.valueOf(marker.millis())
                : marker.millis() + " " + spared + " " + marker.sparedMillis();
    }

    /** Parses a value. An unknown value, for example of a later version, counts as no marker. */
    public static NotBefore parse(@Nullable String value) {
        Matcher matcher = VALUE.matcher(value == null ? "" : value);
        if (!matcher.matches()) {
            return NotBefore.NONE;
        }
        if (CLEARED.equals(value)) {
            return NotBefore.CLEARED;
        }
        String spared = matcher.group(2);
        return new NotBefore(
                Long.parseLong(matcher.group(1)), spared, spared == null ? 0 : Long.parseLong(matcher.group(3)));
    }
}
