package dev.sessiontracking.spi;

import org.jspecify.annotations.Nullable;

/** Knows on whose behalf the current thread acts. Thread-safe. */
@FunctionalInterface
public interface PrincipalSource {

    /** Knows nobody. */
    PrincipalSource NONE = () -> null;

    /** The name of the authenticated caller, or {@code null} when there is none. */
    @Nullable
    String currentName();
}
