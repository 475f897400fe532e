// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.chain.RequestSessions.Origin;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * Runs directly behind a filter that may authenticate requests, and checks the session of a new authentication. If the
 * token is rejected, no later filter runs. An authentication that was checked before costs one comparison.
 *
 * @param last whether this is the last check of its chain
 */
record SessionCheckFilter(
        SecurityContextHolderStrategy strategy, ChainSessionCheck check, Origin origin, Logouts logouts, boolean last)
        implements Filter {

    /** The requests that may be logouts at this place. */
    enum Logouts {
        NONE,
        OF_AUTHENTICATED,
        ALL
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        RequestSessionState state = RequestSessionState.current();
        if (state == null) {
            // This is not the thread on which the chain started.
            state = RequestToken.state((HttpServletRequest) request);
        }
        state.afterTokenFilter();
        if (passes(state, (HttpServletRequest) request, (HttpServletResponse) response)) {
            if (!last) {
                chain.doFilter(request, response);
                return;
            }
            // An application that decodes a token behind the chain gets a new lookup.
            RequestSessionState.bind(null);
            try {
                chain.doFilter(request, response);
            } catch (IOException | ServletException | RuntimeException exception) {
                if (!check.rejections().answers((HttpServletResponse) response, exception)) {
                    throw exception;
                }
            }
        }
    }

    private boolean passes(RequestSessionState state, HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        Authentication authentication = strategy.getContext().getAuthentication();
        if (authentication == null) {
            state.forgetTokens();
            return logouts != Logouts.ALL || !check.logsOutNobody(request, response);
        }
        return check.passes(state, authentication, origin, logouts != Logouts.NONE, request, response);
    }
}
