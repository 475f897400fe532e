package dev.sessiontracking.security.servlet.unusual;

import dev.sessiontracking.security.RequestSessionState;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Function;

/** Encloses a filter that stores every context at the end of its request, and stores the token's session beside it. */
public final class StoredSessionFilter implements Filter {

    private final Function<HttpServletRequest, RequestSessionState> states;

    /** @param states the state of a request */
    public StoredSessionFilter(Function<HttpServletRequest, RequestSessionState> states) {
        this.states = states;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } finally {
            StoredSessions.store((HttpServletRequest) request, states.apply((HttpServletRequest) request));
        }
    }
}
