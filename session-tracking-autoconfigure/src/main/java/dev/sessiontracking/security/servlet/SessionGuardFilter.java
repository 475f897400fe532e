package dev.sessiontracking.security.servlet;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;

/**
 * Encloses a chain: opens the {@link ChainPassage} that the checks share, and answers refusals that no filter of the chain
 * answers. Runs in every dispatch.
 */
final class SessionGuardFilter implements Filter {

    private final ChainAuthentication chainAuthentication;

    private final SecurityContextHolderStrategy strategy;

    private final OutageExemption exemption;

    private final Refusals refusals = new Refusals();

    SessionGuardFilter(
            ChainAuthentication chainAuthentication,
            SecurityContextHolderStrategy strategy,
            OutageExemption exemption) {
        this.chainAuthentication = chainAuthentication;
        this.strategy = strategy;
        this.exemption = exemption;
    }

    /**
     * Makes known the token filters of this chain, where they were not made by the resource server's configurer.
     *
     * @param own the application's own filters after the logout filter
     */
    void adopt(
            @Nullable BearerTokenAuthenticationFilter bearer, @Nullable AuthenticationFilter dpop, List<Filter> own) {
        chainAuthentication.ownFilters(own);
        if (bearer != null && chainAuthentication.bearerFilter() == null) {
            chainAuthentication.bearerFilter(bearer, strategy);
        }
        if (dpop != null && chainAuthentication.dpopFilter() == null) {
            chainAuthentication.dpopFilter(dpop);
        }
    }

    boolean isVerifyingJwts() {
        return chainAuthentication.isVerifyingJwts();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        guard((HttpServletRequest) request, (HttpServletResponse) response, chain);
    }

    private void guard(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ChainPassage passage = ChainPassage.of(request, chainAuthentication);
        passage.exchange().setAcceptingUnproven(() -> exemption.covers(request));
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
