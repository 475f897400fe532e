// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.security.chain.Challenges;
import dev.sessiontracking.security.chain.RejectedTokenException;
import dev.sessiontracking.security.chain.StaleLoginException;
import dev.sessiontracking.security.chain.Unavailable;
import dev.sessiontracking.security.servlet.unusual.ServletRequestReader;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.server.resource.web.BearerTokenAuthenticationEntryPoint;
import org.springframework.security.oauth2.server.resource.web.DPoPAuthenticationEntryPoint;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;

/**
 * Writes the response of a rejected request directly, so that no other filter can intercept it. Does not use {@code
 * sendError}: on a resource server, the error dispatch of the container is unauthenticated and would turn a 503 into a
 * 401. Thread-safe.
 */
final class SessionRejections {

    private static final String DPOP = "dpop";

    private final AuthenticationEntryPoint bearer = new BearerTokenAuthenticationEntryPoint();

    private final AuthenticationEntryPoint dpop = new DPoPAuthenticationEntryPoint();

    private final SecurityContextHolderStrategy strategy;

    SessionRejections(SecurityContextHolderStrategy strategy) {
        this.strategy = strategy;
    }

    /** Removes this authentication for the rest of this request and for later requests. */
    void forget(HttpServletRequest request, @Nullable Authentication rejected) {
        // The authenticating filter has saved it there. An error dispatch must not find it.
        request.removeAttribute(RequestAttributeSecurityContextRepository.DEFAULT_REQUEST_ATTR_NAME);
        if (rejected != null) {
            ServletRequestReader.remove(request, rejected);
        }
    }

    void write(HttpServletRequest request, HttpServletResponse response, SessionDecision decision)
            throws IOException, ServletException {
        if (decision == SessionDecision.UNAVAILABLE) {
            unavailable(response);
        } else if (start(response)) {
            entryPoint(request).commence(request, response, new RejectedTokenException(endReason(request)));
        }
    }

    private static @Nullable SessionEndReason endReason(HttpServletRequest request) {
        return RequestToken.state(request).endReason();
    }

    /**
     * Adds why the session has ended to the challenge that an entry point has written. RFC 6750 section 3 permits further
     * parameters.
     */
    void addEndReason(@Nullable SessionEndReason reason, HttpServletResponse response) {
        if (reason == null || response.isCommitted()) {
            return;
        }
        challenge(response, Challenges.with(reason, response.getHeaders(HttpHeaders.WWW_AUTHENTICATE)));
    }

    void unavailable(HttpServletResponse response) throws IOException {
        if (start(response)) {
            response.setStatus(HttpStatus.SERVICE_UNAVAILABLE.value());
            response.setHeader(HttpHeaders.RETRY_AFTER, Unavailable.RETRY_AFTER_SECONDS);
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            byte[] body = Unavailable.body();
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }

    /** An outage ends no login: the authentication stays where an earlier request has stored it. */
    void unavailableForNow(HttpServletRequest request, HttpServletResponse response) throws IOException {
        SecurityContext stored = strategy.getContext();
        forget(request, null);
        unavailable(response);
        // A filter that stores the context at the end of the request would store an empty one.
        strategy.setContext(stored);
    }

    void forbidden(HttpServletResponse response) {
        if (start(response)) {
            response.setStatus(HttpStatus.FORBIDDEN.value());
        }
    }

    private boolean start(HttpServletResponse response) {
        strategy.clearContext();
        if (response.isCommitted()) {
            return false;
        }
        response.resetBuffer();
        return true;
    }

    /**
     * Writes the 503 response if a request failed because the store did not answer, even for a call of the application.
     *
     * @return false if the request failed for another reason, or if the response is already committed
     */
    boolean answers(HttpServletResponse response, Exception exception) throws IOException {
        if (response.isCommitted() || !Unavailable.isCauseOf(exception)) {
            return false;
        }
        unavailable(response);
        return true;
    }

    /**
     * Writes the 401 response if a request failed because its user must log in again.
     *
     * @return false if the request failed for another reason, or if the response is already committed
     */
    boolean challengesForLogin(HttpServletRequest request, HttpServletResponse response, Exception exception)
            throws IOException, ServletException {
        StaleLoginException stale = Unavailable.cause(exception, StaleLoginException.class);
        if (stale == null || !start(response)) {
            return false;
        }
        entryPoint(request).commence(request, response, stale);
        challenge(response, stale.challenge(response.getHeaders(HttpHeaders.WWW_AUTHENTICATE)));
        return true;
    }

    private static void challenge(HttpServletResponse response, @Nullable String challenge) {
        if (challenge != null) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, challenge);
        }
    }

    /** RFC 9449 section 7.1: a challenge to a DPoP client names the DPoP scheme. */
    private AuthenticationEntryPoint entryPoint(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(DPOP) ? dpop : bearer;
    }
}
