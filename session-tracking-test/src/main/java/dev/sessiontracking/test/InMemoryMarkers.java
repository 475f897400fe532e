// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.spi.NotBefore;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The not-before markers of users. Not thread-safe. */
final class InMemoryMarkers {

    private final Map<String, Marker> markers = new HashMap<>();

    private record Marker(NotBefore value, Instant until) {}

    /** The marker of this user at this time. */
    NotBefore of(String userId, Instant now) {
        Marker marker = markers.get(userId);
        return marker != null && marker.until().isAfter(now) ? marker.value() : NotBefore.NONE;
    }

    NotBefore raise(String userId, NotBefore wanted, Instant until, boolean unlessCleared, Instant now) {
        NotBefore known = of(userId, now);
        long time = wanted.exists() ? Math.min(wanted.millis(), now.toEpochMilli()) : now.toEpochMilli();
        boolean lowered = wanted.exists() && time < wanted.millis();
        if (unlessCleared && (known.equals(NotBefore.CLEARED) || (known.exists() && lowered))) {
            return known;
        }
        NotBefore raised = raised(known, time, wanted.sparedSessionId());
        markers.put(userId, new Marker(raised, until));
        return raised;
    }

    /** A session is spared from the last revocation only: an earlier one still covers it. */
    private static NotBefore raised(NotBefore known, long time, @Nullable String spared) {
        long before = Math.max(known.millis(), 0);
        boolean sameSession = Objects.equals(spared, known.sparedSessionId());
        if (time >= before) {
            return new NotBefore(time, spared, spared == null ? 0 : sameSession ? known.sparedMillis() : before);
        }
        return sameSession || known.sparedSessionId() == null
                ? known
                : new NotBefore(before, known.sparedSessionId(), Math.max(known.sparedMillis(), time));
    }

    NotBefore clear(String userId, Instant until) {
        markers.put(userId, new Marker(NotBefore.CLEARED, until));
        return NotBefore.CLEARED;
    }

    /** The users with a marker, cleared or not. */
    List<String> users() {
        return List.copyOf(markers.keySet());
    }

    void clear() {
        markers.clear();
    }
}
