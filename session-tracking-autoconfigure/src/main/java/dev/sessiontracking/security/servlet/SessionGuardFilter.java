package dev.sessiontracking.security.servlet;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;

/**
 * Encloses a chain: opens the {@link ChainPassage} that the checks share, and answers refusals that no filter of the chain
 * answers. Runs in every dispatch.
 */
final class SessionGuardFilter implements Filter {

    private final ChainAuthentication chainAuthentication;

    private final SecurityContextHolderStrategy strategy;

    private final Refusals refusals = new Refusals();

    SessionGuardFilter(ChainAuthentication chainAuthentication, SecurityContextHolderStrategy strategy) {
        this.chainAuthentication = chainAuthentication;
        this.strategy = strategy;
    }

    /** How the chain that this filter guards authenticates tokens. */
    ChainAuthentication chainAuthentication() {
        return chainAuthentication;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        guard((HttpServletRequest) request, (HttpServletResponse) response, chain);
    }

    private void guard(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ChainPassage passage = ChainPassage.of(request, chainAuthentication);
        passage.bind();
        try {
            passage.watch(strategy);
            chain.doFilter(request, response);
        } catch (IOException | ServletException | RuntimeException exception) {
            if (!refusals.answer(request, response, exception)) {
                throw exception;
            }
            strategy.clearContext();
            request.removeAttribute(RequestAttributeSecurityContextRepository.DEFAULT_REQUEST_ATTR_NAME);
        } finally {
            passage.unbind();
        }
    }
}
