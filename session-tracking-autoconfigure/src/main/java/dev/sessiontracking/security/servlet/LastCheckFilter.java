package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.SessionDecision;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;

/**
 * The last filter before authorization: judges whatever authentication there is. This covers contexts that were stored (in
 * an HTTP session, for an asynchronous or error dispatch, by a test) and filters that authenticate late.
 *
 * <p>A context in an HTTP session is loaded for it, at no extra cost: Spring MVC asks for the user at the end of every
 * request. When it is refused it is removed from there, or its browser could not even reach the login page.
 */
final class LastCheckFilter implements Filter {

    private final SessionEnforcer enforcer;

    private final ChainAuthentication chainAuthentication;

    private final SecurityContextHolderStrategy strategy;

    private final @Nullable SecurityContextRepository repository;

    LastCheckFilter(
            SessionEnforcer enforcer,
            ChainAuthentication chainAuthentication,
            SecurityContextHolderStrategy strategy,
            @Nullable SecurityContextRepository repository) {
        this.enforcer = enforcer;
        this.chainAuthentication = chainAuthentication;
        this.strategy = strategy;
        this.repository = repository;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ChainPassage passage = ChainPassage.current();
        if (passage == null) {
            check(
                    ChainPassage.of((HttpServletRequest) request, chainAuthentication),
                    (HttpServletRequest) request,
                    (HttpServletResponse) response);
            chain.doFilter(request, response);
            return;
        }
        check(passage, (HttpServletRequest) request, (HttpServletResponse) response);
        passage.unbind();
        try {
            chain.doFilter(request, response);
        } finally {
            passage.bind();
        }
    }

    private void check(ChainPassage passage, HttpServletRequest request, HttpServletResponse response) {
        Authentication authentication = strategy.getContext().getAuthentication();
        SessionDecision verdict = enforcer.judge(passage, authentication);
        if (verdict == SessionDecision.UNAVAILABLE) {
            throw SessionTrackingJwtValidator.unavailable();
        }
        if (verdict.isAccepted()) {
            enforcer.tellOfHiddenToken(passage, authentication, request);
            return;
        }
        request.removeAttribute(RequestAttributeSecurityContextRepository.DEFAULT_REQUEST_ATTR_NAME);
        if (repository != null && authentication != null && passage.isStored(authentication)) {
            repository.saveContext(strategy.createEmptyContext(), request, response);
        }
        throw new RefusedContextException();
    }
}
