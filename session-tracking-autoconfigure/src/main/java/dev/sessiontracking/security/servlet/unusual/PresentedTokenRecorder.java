// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet.unusual;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.chain.JwtTexts;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.DPoPAuthenticationToken;

/**
 * Records the token that the authentication of a chain is about to verify. So the token is known even if the resulting
 * authentication does not contain it, with any resolver.
 */
public record PresentedTokenRecorder(AuthenticationManager delegate) implements AuthenticationManager {

    @Override
    public Authentication authenticate(Authentication authentication) {
        RequestSessionState state = RequestSessionState.current();
        if (state != null && !(authentication instanceof DPoPAuthenticationToken)) {
            JwtTexts.present(authentication, state);
        }
        return delegate.authenticate(authentication);
    }
}
