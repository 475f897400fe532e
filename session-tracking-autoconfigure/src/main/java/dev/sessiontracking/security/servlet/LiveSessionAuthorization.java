// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.chain.RequestSessions;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/** Decides by the results of the checks of this request. Thread-safe. */
record LiveSessionAuthorization(RequestSessions<HttpServletRequest> sessions)
        implements SessionAuthorization, AuthorizationManager<RequestAuthorizationContext> {

    @Override
    public AuthorizationManager<RequestAuthorizationContext> hasLiveSession() {
        return this;
    }

    @Override
    public AuthorizationDecision authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        return sessions.requireLive(RequestToken.state(context.getRequest()), authentication.get());
    }
}
