package dev.sessiontracking.security.servlet;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.SessionClaim;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.logout.LogoutHandler;

/**
 * Ends the session of the token that a request is authenticated by. Part of the logout of every chain that has one;
 * applications can add it to a logout filter of their own or call it from a controller.
 *
 * <p>The logout filter of a chain runs behind the filters that authenticate tokens, so a token that they reject (garbage,
 * expired) gets their response and ends no session. Whether its session is still live does not matter: logging out of a
 * session that has ended succeeds like the first time, so that a client which missed the response can repeat the request
 * (RFC 7009 section 2.2 answers revoked tokens alike), and an outage never prevents a logout.
 *
 * <p>The response is 204 if the token named a session: it has ended, now or before, or its revocation is pending. A token
 * of an untracked login, or of an issuer that is not listed, names no session to revoke. It stays valid until it expires,
 * and the response says so: 200 with {@code {"revoked":false}}. An application's own success handler responds instead.
 *
 * <p>A token that the browser may have sent by itself, as a cookie, ends no session in a cross-site request: Spring
 * Security skips its CSRF protection wherever its resolver finds a token. Such a request is forbidden, unless the
 * application's CORS configuration allows the origin.
 *
 * <p>A request without a token, and one whose token is not of this application, is left to the other handlers.
 *
 * <p>Thread-safe.
 */
public final class SessionLogoutHandler implements LogoutHandler {

    private static final String DONE = SessionLogoutHandler.class.getName() + ".DONE";

    private final SessionChecker checker;

    private final RequestSessions requestSessions;

    SessionLogoutHandler(SessionChecker checker, RequestSessions requestSessions) {
        this.checker = checker;
        this.requestSessions = requestSessions;
    }

    /**
     * Ends the session.
     *
     * @throws SessionStoreUnavailableException if the store did not confirm it and the policy is {@code reject}; it is
     *     enforced on this node and queued for the store all the same. A protected chain answers 503 for it
     * @throws AccessDeniedException if the request comes from another site and its token may be a cookie
     */
    @Override
    public void logout(
            HttpServletRequest request, HttpServletResponse response, @Nullable Authentication authentication) {
        if (authentication == null || hasLoggedOutToken(request)) {
            return;
        }
        List<SessionClaim> claims = requestSessions.claims(RequestToken.state(request), authentication);
        if (claims.stream().anyMatch(requestSessions::isUnusable)) {
            throw new RejectedTokenException();
        }
        if (!claims.isEmpty()) {
            if (CrossSite.mayBeForged(request, response)) {
                throw new AccessDeniedException(
                        "A cross-site logout request was rejected because its token may" + " come from a cookie");
            }
            request.setAttribute(DONE, claims.stream().anyMatch(claim -> claim.session() != null));
            revoke(claims);
        }
    }

    /** Whether this request was the logout of a client that uses tokens. */
    static boolean hasLoggedOutToken(HttpServletRequest request) {
        return request.getAttribute(DONE) != null;
    }

    /**
     * Responds to the logout of a client that uses tokens. Its session has ended, or its revocation is pending: 204. Its
     * token names no session of this application: 200 and {@code {"revoked":false}}, because that token stays valid.
     */
    static void respond(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (Boolean.TRUE.equals(request.getAttribute(DONE))) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } else {
            response.setContentType("application/json");
            response.getWriter().write("{\"revoked\":false}");
        }
    }

    private void revoke(List<SessionClaim> claims) {
        SessionStoreUnavailableException unconfirmed = null;
        for (SessionClaim claim : claims) {
            TokenSession session = claim.session();
            if (session != null) {
                try {
                    checker.revoke(session);
                } catch (SessionStoreUnavailableException noAnswer) {
                    unconfirmed = noAnswer;
                }
            }
        }
        if (unconfirmed != null) {
            throw unconfirmed;
        }
    }
}
