// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** The current user of Spring Security. An anonymous user counts as none. */
final class SecurityContextPrincipal implements PrincipalSource {

    @Override
    public @Nullable String currentName() {
        Authentication current = SecurityContextHolder.getContext().getAuthentication();
        return current == null || current instanceof AnonymousAuthenticationToken ? null : current.getName();
    }
}
