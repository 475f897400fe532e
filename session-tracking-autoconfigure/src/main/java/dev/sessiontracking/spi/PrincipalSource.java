// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import org.jspecify.annotations.Nullable;

/** Returns the user on whose behalf the current thread acts. Thread-safe. */
@FunctionalInterface
public interface PrincipalSource {

    /** Returns no user. */
    PrincipalSource NONE = () -> null;

    /** The name of the authenticated caller, or {@code null} if there is none. */
    @Nullable
    String currentName();
}
