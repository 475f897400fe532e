package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.Verdict;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Supplier;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * The last filter before authorization: judges whatever authentication is in the context when somebody reads it. This
 * covers contexts that were stored (in an HTTP session, in an asynchronous or error dispatch, by a test) and filters that
 * authenticate late, and keeps the loading of a stored context as lazy as it was.
 */
final class StoredContextCheckFilter implements Filter {

    private final SessionEnforcer enforcer;

    private final ChainAuthentication chainAuthentication;

    private final SecurityContextHolderStrategy strategy;

    StoredContextCheckFilter(
            SessionEnforcer enforcer, ChainAuthentication chainAuthentication, SecurityContextHolderStrategy strategy) {
        this.enforcer = enforcer;
        this.chainAuthentication = chainAuthentication;
        this.strategy = strategy;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ChainPassage current = ChainPassage.current();
        ChainPassage passage =
                current != null ? current : ChainPassage.of((HttpServletRequest) request, chainAuthentication);
        Supplier<SecurityContext> context = strategy.getDeferredContext();
        strategy.setDeferredContext(() -> judged(passage, context.get()));
        if (current == null) {
            chain.doFilter(request, response);
            return;
        }
        current.unbind();
        try {
            chain.doFilter(request, response);
        } finally {
            current.bind();
        }
    }

    private SecurityContext judged(ChainPassage passage, SecurityContext context) {
        Verdict verdict = enforcer.judge(passage, context.getAuthentication());
        if (verdict == Verdict.UNAVAILABLE) {
            throw SessionTrackingJwtValidator.unavailable();
        }
        if (!verdict.isAccepted()) {
            throw new RefusedContextException();
        }
        return context;
    }
}
