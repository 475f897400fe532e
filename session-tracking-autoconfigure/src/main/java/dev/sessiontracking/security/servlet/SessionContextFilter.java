// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.chain.ChainTraits;
import dev.sessiontracking.security.chain.RequestSessions.Origin;
import dev.sessiontracking.security.servlet.unusual.ServletRequestReader;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Predicate;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * Runs before all filters of a chain that could authenticate a request. Binds the {@link RequestSessionState}, and
 * checks an existing security context: from an HTTP session, an earlier dispatch, or a test. Runs in every dispatch.
 *
 * @param beforeTokenFilter whether the bearer or DPoP filter is the next one
 */
record SessionContextFilter(
        SecurityContextHolderStrategy strategy,
        ChainSessionCheck check,
        Predicate<Object> outageExemption,
        boolean beforeTokenFilter)
        implements Filter {

    ChainTraits chain() {
        return check.chain();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        RequestSessionState state = RequestToken.state(http);
        state.exemptFromOutage(outageExemption, http);
        RequestSessionState before = RequestSessionState.bind(state);
        try {
            Authentication stored = strategy.getContext().getAuthentication();
            if (stored == null
                    || check.passes(state, stored, Origin.STORED, false, http, (HttpServletResponse) response)) {
                if (beforeTokenFilter) {
                    state.beforeTokenFilter(stored);
                }
                chain.doFilter(request, response);
            }
        } catch (IOException | ServletException | RuntimeException exception) {
            if (!check.rejections().answers((HttpServletResponse) response, exception)) {
                throw exception;
            }
        } finally {
            check.rejections().addEndReason(state.endReason(), (HttpServletResponse) response);
            state.afterTokenFilter();
            RequestSessionState.bind(before);
            ServletRequestReader.store(http, state);
        }
    }
}
