// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Describes a store in log messages, health and the endpoint. Contains no credentials.
 *
 * @param name what messages call it at the start of a sentence, such as "Redis"
 * @param address where it is, without credentials
 * @param details further facts in the order in which they are shown, such as "version"
 * @param misconfiguration why it rejects us until somebody changes something, or {@code null}
 * @param unavailableParts which parts of it do not answer while others do, each with the reason; empty when all or none
 *     of it answers
 */
public record StoreDescription(
        String name,
        String address,
        Map<String, String> details,
        @Nullable String misconfiguration,
        List<String> unavailableParts) {

    public StoreDescription {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
        unavailableParts = List.copyOf(unavailableParts);
    }

    /** A store that does not describe itself. */
    public static final StoreDescription UNKNOWN =
            new StoreDescription("The session store", "unknown", Map.of(), null, List.of());
}
