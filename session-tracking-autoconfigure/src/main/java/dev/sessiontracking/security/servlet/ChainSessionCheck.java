// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.security.chain.ChainTraits;
import dev.sessiontracking.security.chain.RejectedTokenException;
import dev.sessiontracking.security.chain.RequestSessions;
import dev.sessiontracking.security.chain.RequestSessions.Origin;
import dev.sessiontracking.security.servlet.unusual.ServletRequestReader;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;

/** The session check of one filter chain. Filters at several places of the chain share it. Thread-safe. */
record ChainSessionCheck(
        RequestSessions<HttpServletRequest> sessions,
        SessionRejections rejections,
        ChainTraits chain,
        @Nullable ChainLogout logout) {

    /**
     * Checks an authentication, or revokes its session if the request is a logout. An ended session can be logged out
     * again, and an outage never prevents a logout.
     *
     * @param logoutFirst whether logouts are performed at this place of the chain
     * @return false if the response was written
     * @throws RejectedTokenException if the token is rejected directly behind Spring Security's filter, which answers
     *     it
     */
    boolean passes(
            RequestSessionState state,
            Authentication authentication,
            Origin origin,
            boolean logoutFirst,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException, ServletException {
        SessionDecision decision = state.rejection();
        boolean again = decision != null;
        if (decision == null) {
            if (state.isAccepted(authentication)) {
                return !logoutFirst || !logsOut(state, origin, request, response);
            }
            if (!sessions.examine(state, authentication, origin, chain, request) && sessions.rejectsUndetermined()) {
                decision = SessionDecision.UNUSABLE;
            } else {
                if (logoutFirst && logsOut(state, origin, request, response)) {
                    return false;
                }
                decision = sessions.decide(state);
                if (decision.isAccepted()) {
                    state.accept();
                    // Now, because the context is stored already: another request may load it.
                    ServletRequestReader.store(request, state);
                    return true;
                }
                if (!logoutFirst && logsOut(state, origin, request, response)) {
                    return false;
                }
            }
            state.reject(decision, sessions.endReason(state));
        } else if (authentication instanceof AnonymousAuthenticationToken) {
            return true;
        }
        if (origin == Origin.STORED && decision == SessionDecision.UNAVAILABLE) {
            rejections.unavailableForNow(request, response);
            return false;
        }
        rejections.forget(request, authentication);
        // The bearer filter catches this only if it has authenticated the request.
        if (origin == Origin.TOKEN_FILTER
                && decision != SessionDecision.UNAVAILABLE
                && !state.wasBeforeTokenFilter(authentication)) {
            throw new RejectedTokenException(state.endReason());
        }
        if (!again || response.getStatus() < HttpStatus.BAD_REQUEST.value()) {
            rejections.write(request, response, decision);
        }
        return false;
    }

    /** Performs the logout of an unauthenticated request, if it is a logout. */
    boolean logsOutNobody(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        return logout != null && logout.handles(request, response, rejections);
    }

    private boolean logsOut(
            RequestSessionState state, Origin origin, HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        boolean token = !state.lastClaims().isEmpty();
        if (logout == null || (token && !logout.isForTokens(request))) {
            return false;
        }
        try {
            return logout.handles(request, response, rejections);
        } catch (RejectedTokenException rejected) {
            if (origin == Origin.TOKEN_FILTER) {
                throw rejected;
            }
            rejections.write(request, response, SessionDecision.UNUSABLE);
            return true;
        }
    }
}
