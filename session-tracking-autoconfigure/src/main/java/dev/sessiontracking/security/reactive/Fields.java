// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.DirectFieldAccessor;

/** Reads settings of Spring Security's filters that have a setter but no getter. */
final class Fields {

    private Fields() {}

    /**
     * The value of a private field.
     *
     * @throws SessionTrackingSetupException if there is no such field
     */
    @Nullable
    static Object read(Object target, String field) {
        try {
            return new DirectFieldAccessor(target).getPropertyValue(field);
        } catch (BeansException unreadable) {
            throw new SessionTrackingSetupException(
                    "Session tracking cannot read the setting " + field + " of "
                            + target.getClass().getName() + ", so it cannot check the sessions of this filter chain.",
                    "Use a version of Spring Security that docs/compatibility.md lists. For a native image, process the"
                            + " application ahead of time with session tracking on.");
        }
    }
}
