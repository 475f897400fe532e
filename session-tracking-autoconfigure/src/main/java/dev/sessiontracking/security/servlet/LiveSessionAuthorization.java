// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.SessionDecision;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.chain.RequestSessions;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/** Decides by the results of the checks of this request. Thread-safe. */
final class LiveSessionAuthorization
        implements SessionAuthorization, AuthorizationManager<RequestAuthorizationContext> {

    private static final AuthorizationDecision GRANTED = new AuthorizationDecision(true);

    private static final AuthorizationDecision DENIED = new AuthorizationDecision(false);

    private final RequestSessions<HttpServletRequest> sessions;

    LiveSessionAuthorization(RequestSessions<HttpServletRequest> sessions) {
        this.sessions = sessions;
    }

    @Override
    public AuthorizationManager<RequestAuthorizationContext> hasLiveSession() {
        return this;
    }

    @Override
    public AuthorizationDecision authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        SessionDecision decision =
                sessions.decideVerified(RequestToken.state(context.getRequest()), authentication.get());
        if (decision == SessionDecision.UNVERIFIED || decision == SessionDecision.UNAVAILABLE) {
            throw SessionTrackingJwtValidator.unavailable();
        }
        return decision == SessionDecision.LIVE ? GRANTED : DENIED;
    }
}
