// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A time as a writer of sessions may represent it: ISO 8601 text with or without an offset, or seconds or milliseconds
 * since 1970, as a number or as the text of one.
 */
final class StoredTime {

    private static final int LONGEST_TEXT = 64;

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,20}(\\.\\d{1,20})?([eE]\\+?\\d{1,2})?");

    /** Without an offset, UTC is meant. */
    private static final DateTimeFormatter TEXT = DateTimeFormatter.ISO_DATE_TIME.withZone(ZoneOffset.UTC);

    /** As seconds, this is the year 5138; as milliseconds, it is in 1973, before anybody wrote a session. */
    private static final double FIRST_MILLIS = 1e11;

    private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");

    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

    private StoredTime() {}

    /** The time, or {@code null} for a text that is none, or none before the year 10000. */
    static @Nullable Instant read(String text) {
        if (text.length() > LONGEST_TEXT) {
            return null;
        }
        Instant time;
        if (NUMBER.matcher(text).matches()) {
            double number = Double.parseDouble(text);
            time = Instant.ofEpochMilli(Math.round(isMillis(number) ? number : number * 1_000));
        } else {
            try {
                time = TEXT.parse(text, Instant::from);
            } catch (DateTimeException noTime) {
                return null;
            }
        }
        return time.isBefore(YEAR_0) || !time.isBefore(YEAR_10000) ? null : time;
    }

    private static boolean isMillis(double number) {
        return Math.abs(number) >= FIRST_MILLIS;
    }

    /** Represents a time in the way in which another one is represented. */
    static String write(Instant time, String like) {
        if (like.length() > LONGEST_TEXT || !NUMBER.matcher(like).matches()) {
            return time.toString();
        }
        return String.valueOf(isMillis(Double.parseDouble(like)) ? time.toEpochMilli() : time.getEpochSecond());
    }
}
