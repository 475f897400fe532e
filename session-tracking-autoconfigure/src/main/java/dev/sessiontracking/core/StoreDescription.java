package dev.sessiontracking.core;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the store, for people. Holds no credentials.
 *
 * @param topology how its servers are arranged, such as "standalone"
 * @param address where it is, without credentials
 * @param version which server it is, or {@code null} when that is not known
 * @param evictionPolicy what it does when its memory is full, or {@code null} when that is not known
 * @param misconfiguration why it will not serve us until somebody changes something, or {@code null}
 */
public record StoreDescription(
        String topology,
        String address,
        @Nullable String version,
        @Nullable String evictionPolicy,
        @Nullable String misconfiguration) {

    /** A store that says nothing of itself. */
    public static final StoreDescription UNKNOWN = new StoreDescription("unknown", "unknown", null, null, null);
}
