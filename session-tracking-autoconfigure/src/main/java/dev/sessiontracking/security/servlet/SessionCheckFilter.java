package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.SessionDecision;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;

/**
 * Judges an authentication right after the filters that may have made it. A context that was stored is left to the
 * {@link LastCheckFilter}: a filter that comes next may replace it.
 */
final class SessionCheckFilter implements Filter {

    private final SessionEnforcer enforcer;

    private final ChainAuthentication chainAuthentication;

    private final SecurityContextHolderStrategy strategy;

    SessionCheckFilter(
            SessionEnforcer enforcer, ChainAuthentication chainAuthentication, SecurityContextHolderStrategy strategy) {
        this.enforcer = enforcer;
        this.chainAuthentication = chainAuthentication;
        this.strategy = strategy;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        check((HttpServletRequest) request);
        chain.doFilter(request, response);
    }

    private void check(HttpServletRequest request) {
        ChainPassage passage = ChainPassage.current();
        if (passage == null) {
            passage = ChainPassage.of(request, chainAuthentication);
        }
        if (passage.isContextStored(strategy)) {
            return;
        }
        SessionDecision verdict = enforcer.judge(passage, strategy.getContext().getAuthentication());
        if (verdict.isAccepted()) {
            return;
        }
        // Saved there by the filter that authenticated: an error dispatch must not find it.
        request.removeAttribute(RequestAttributeSecurityContextRepository.DEFAULT_REQUEST_ATTR_NAME);
        if (verdict == SessionDecision.UNAVAILABLE) {
            throw SessionTrackingJwtValidator.unavailable();
        }
        throw new RefusedTokenException();
    }
}
