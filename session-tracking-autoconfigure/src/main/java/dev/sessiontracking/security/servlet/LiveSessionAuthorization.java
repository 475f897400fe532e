package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.SessionDecision;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/** Decides by what the checks of this request have found. Thread-safe. */
final class LiveSessionAuthorization
        implements SessionAuthorization, AuthorizationManager<RequestAuthorizationContext> {

    private static final AuthorizationDecision GRANTED = new AuthorizationDecision(true);

    private static final AuthorizationDecision DENIED = new AuthorizationDecision(false);

    private final SessionEnforcer enforcer;

    LiveSessionAuthorization(SessionEnforcer enforcer) {
        this.enforcer = enforcer;
    }

    @Override
    public AuthorizationManager<RequestAuthorizationContext> hasLiveSession() {
        return this;
    }

    @Override
    public AuthorizationDecision authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        HttpServletRequest request = context.getRequest();
        SessionDecision verdict = enforcer.judgeProven(ChainPassage.exchange(request), authentication.get());
        if (verdict == SessionDecision.UNPROVEN || verdict == SessionDecision.UNAVAILABLE) {
            throw SessionTrackingJwtValidator.unavailable();
        }
        return verdict == SessionDecision.LIVE ? GRANTED : DENIED;
    }
}
