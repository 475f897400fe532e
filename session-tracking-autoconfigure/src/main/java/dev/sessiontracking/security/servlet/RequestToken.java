// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.RequestSessionState;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;

/** Connects a filter that verifies tokens itself, with any library, to session tracking. */
public final class RequestToken {

    private static final String STATE = RequestToken.class.getName() + ".STATE";

    private RequestToken() {}

    /**
     * Reports that the caller has verified a token and authenticates the request with it. Call this before {@code
     * filterChain.doFilter}. The session of the token is then checked directly behind the calling filter. Logout,
     * {@link SessionAuthorization} rules and events work as with Spring Security's own filters.
     *
     * <pre>{@code
     * Claims claims = Jwts.parser().verifyWith(key).build().parseSignedClaims(token).getPayload();
     * RequestToken.verified(request, claims);
     * SecurityContextHolder.getContext().setAuthentication(authentication(claims));
     * filterChain.doFilter(request, response);
     * }</pre>
     *
     * <p>Only this call connects the request with the session; calling {@code SessionService} does not. Does nothing
     * while session tracking is off.
     *
     * @param claims the claims of the verified token, by name
     */
    public static void verified(HttpServletRequest request, Map<String, ?> claims) {
        state(request).noteVerified(claims);
    }

    /** The state of a request, the same in all its dispatches. */
    static RequestSessionState state(HttpServletRequest request) {
        if (request.getAttribute(STATE) instanceof RequestSessionState state) {
            return state;
        }
        RequestSessionState state = new RequestSessionState();
        state.sentBy(() -> RequestSessionMetadata.from(request));
        request.setAttribute(STATE, state);
        return state;
    }
}
