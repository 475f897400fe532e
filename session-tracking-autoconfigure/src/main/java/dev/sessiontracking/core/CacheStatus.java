package dev.sessiontracking.core;

import org.jspecify.annotations.Nullable;

/**
 * Whether answers are kept in memory.
 *
 * @param phase whether they are
 * @param reason why not, when they are not
 */
public record CacheStatus(Phase phase, @Nullable String reason) {

    /** The store has shown that it takes answers back. */
    public static final CacheStatus ON = new CacheStatus(Phase.ON, null);

    /** The store has not been asked yet, or has not answered. */
    public static final CacheStatus STARTING = new CacheStatus(Phase.STARTING, null);

    /** Answers are not kept. */
    public static CacheStatus off(String reason) {
        return new CacheStatus(Phase.OFF, reason);
    }

    /** Whether answers are kept. */
    public enum Phase {
        /** They are, as far as they are proven. */
        ON,
        /** Not yet known. */
        STARTING,
        /** They are not. */
        OFF
    }
}
