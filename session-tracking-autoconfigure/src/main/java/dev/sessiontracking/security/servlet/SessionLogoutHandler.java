// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.chain.CrossSite;
import dev.sessiontracking.security.chain.RejectedTokenException;
import dev.sessiontracking.security.chain.RequestSessions;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.logout.LogoutHandler;

/**
 * Revokes the session of the token that authenticated the request. Every chain with a logout uses it. Applications can
 * add it to their own logout filter, or call it from a controller.
 *
 * <p>The logout filter of a chain runs behind the filters that authenticate tokens. So a token that they reject
 * (malformed, expired) gets their response and revokes no session. The session does not have to be live: a repeated
 * logout succeeds like the first one, so a client that missed the response can repeat the request (as in RFC 7009
 * section 2.2). An outage never prevents a logout.
 *
 * <p>The response is 204 if the token names a session. The session has ended, now or before, or its revocation is
 * pending. A token of an untracked login, or of an unlisted issuer, names no session to revoke. It stays valid until it
 * expires, and the response is 200 with {@code {"revoked":false}}. If the application has its own success handler, that
 * one writes the response.
 *
 * <p>A token that may come from a cookie revokes no session in a cross-site request, because Spring Security skips its
 * CSRF protection if its resolver finds a token. Such a request gets 403, unless the application's CORS configuration
 * allows the origin.
 *
 * <p>For a request without a token, or with a token of another application, this handler does nothing.
 *
 * <p>Thread-safe.
 */
public final class SessionLogoutHandler implements LogoutHandler {

    private static final String DONE = SessionLogoutHandler.class.getName() + ".DONE";

    private final SessionChecker checker;

    private final RequestSessions<HttpServletRequest> requestSessions;

    SessionLogoutHandler(SessionChecker checker, RequestSessions<HttpServletRequest> requestSessions) {
        this.checker = checker;
        this.requestSessions = requestSessions;
    }

    /**
     * Revokes the session.
     *
     * @throws SessionStoreUnavailableException if the store did not confirm the revocation and the outage policy is
     *     {@code reject}. The revocation is pending then, and a protected chain responds with 503
     * @throws AccessDeniedException if the request comes from another site and its token may be a cookie
     */
    @Override
    public void logout(
            HttpServletRequest request, HttpServletResponse response, @Nullable Authentication authentication) {
        List<SessionClaim> claims = refuse(request, response, authentication);
        if (!claims.isEmpty()) {
            request.setAttribute(DONE, claims.stream().anyMatch(claim -> claim.session() != null));
            RequestSessions.revoke(checker, claims);
        }
    }

    /** Throws if the token must not log anybody out. Changes nothing. Returns the sessions to be revoked. */
    List<SessionClaim> refuse(
            HttpServletRequest request, HttpServletResponse response, @Nullable Authentication authentication) {
        if (authentication == null || hasLoggedOutToken(request)) {
            return List.of();
        }
        List<SessionClaim> claims = requestSessions.claims(RequestToken.state(request), authentication);
        if (claims.stream().anyMatch(requestSessions::isUnusable)) {
            throw new RejectedTokenException();
        }
        if (!claims.isEmpty()
                && CrossSite.mayBeForged(
                        asReceived(request)::getHeader,
                        response.getHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN),
                        request.getServerName())) {
            throw new AccessDeniedException(
                    "A cross-site logout request was rejected because its token may come from a cookie");
        }
        return claims;
    }

    /** The request with the headers of the client. A filter may have turned the token of a cookie into a header. */
    private static HttpServletRequest asReceived(HttpServletRequest request) {
        ServletRequest received = request;
        while (received instanceof ServletRequestWrapper wrapper) {
            received = wrapper.getRequest();
        }
        return (HttpServletRequest) received;
    }

    /** Whether this request was the logout of a client that uses tokens. */
    static boolean hasLoggedOutToken(HttpServletRequest request) {
        return request.getAttribute(DONE) != null;
    }

    /**
     * Responds to the logout of a client that uses tokens. 204 if the session has ended or its revocation is pending.
     * 200 and {@code {"revoked":false}} if the token names no session of this application, because that token stays
     * valid.
     */
    static void respond(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (Boolean.TRUE.equals(request.getAttribute(DONE))) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } else {
            response.setContentType("application/json");
            response.getWriter().write("{\"revoked\":false}");
        }
    }
}
