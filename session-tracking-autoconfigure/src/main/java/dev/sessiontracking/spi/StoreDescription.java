package dev.sessiontracking.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the store, for people. Holds no credentials.
 *
 * @param topology how its servers are arranged, such as "standalone"
 * @param address where it is, without credentials
 * @param version which server it is, or {@code null} when that is not known
 * @param evictionPolicy what it does when its memory is full, or {@code null} when that is not known
 * @param misconfiguration why it will not serve us until somebody changes something, or {@code null}
 * @param unavailableParts which parts of it do not answer while others do, each with the reason; empty when all or none
 *     of it answers
 */
public record StoreDescription(
        String topology,
        String address,
        @Nullable String version,
        @Nullable String evictionPolicy,
        @Nullable String misconfiguration,
        List<String> unavailableParts) {

    public StoreDescription {
        unavailableParts = List.copyOf(unavailableParts);
    }

    /** A store that says nothing of itself. */
    public static final StoreDescription UNKNOWN =
            new StoreDescription("unknown", "unknown", null, null, null, List.of());
}
