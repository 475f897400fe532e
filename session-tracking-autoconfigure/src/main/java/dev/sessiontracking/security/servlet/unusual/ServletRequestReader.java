// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet.unusual;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.chain.JwtTexts;
import dev.sessiontracking.security.chain.RequestReader;
import dev.sessiontracking.security.chain.StoredClaims;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.Collections;
import java.util.List;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;

/**
 * Reads servlet requests: headers, cookies, parameters, and the HTTP session. The sessions of a token are stored there next
 * to the security context that the token created. So an authentication that does not contain its token can be checked when
 * a later request loads it. The value is plain text, so any serializer of HTTP sessions can store it.
 */
public final class ServletRequestReader implements RequestReader<HttpServletRequest> {

    private static final String ATTRIBUTE = "dev.sessiontracking.TOKEN_SESSIONS";

    @Override
    public List<SessionClaim> storedSessions(HttpServletRequest request, Authentication stored) {
        HttpSession session = request.getSession(false);
        if (session == null || !(session.getAttribute(ATTRIBUTE) instanceof String text)) {
            return List.of();
        }
        return StoredClaims.read(text, stored);
    }

    @Override
    public List<String> tokens(HttpServletRequest request) {
        JwtTexts texts = outsideBody(request);
        texts.add(request.getParameter("access_token"));
        return texts.found();
    }

    /** The body may be a form that the application reads as bytes: to ask for a parameter would take it away. */
    @Override
    public List<String> tokensOutsideBody(HttpServletRequest request) {
        return outsideBody(request).found();
    }

    @Override
    public String howToReportAToken() {
        return "RequestToken.verified(request, claims)";
    }

    private static JwtTexts outsideBody(HttpServletRequest request) {
        JwtTexts texts = new JwtTexts();
        for (String name : Collections.list(request.getHeaderNames())) {
            Collections.list(request.getHeaders(name)).forEach(texts::addHeader);
        }
        Cookie[] cookies = request.getCookies();
        for (int i = 0; cookies != null && i < cookies.length; i++) {
            texts.addCookie(cookies[i].getValue());
        }
        texts.addQuery(request.getQueryString());
        return texts;
    }

    /**
     * Stores the sessions of this request's token, if there is an HTTP session and the authentication does not contain
     * them.
     */
    public static void store(HttpServletRequest request, RequestSessionState state) {
        Authentication authentication = state.authentication();
        List<SessionClaim> claims = state.hiddenClaims();
        if (authentication == null || claims.isEmpty() || state.rejection() != null) {
            return;
        }
        HttpSession session = request.getSession(false);
        if (session == null || belongsToAnother(session, authentication)) {
            return;
        }
        String text = StoredClaims.write(authentication, claims);
        if (!text.equals(session.getAttribute(ATTRIBUTE))) {
            session.setAttribute(ATTRIBUTE, text);
        }
    }

    /**
     * Removes the contexts of a rejected authentication. Otherwise the browser could not reach a login page, and a new login
     * of the user would be taken for the rejected one.
     */
    public static void remove(HttpServletRequest request, Authentication rejected) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        for (String name : Collections.list(session.getAttributeNames())) {
            if (session.getAttribute(name) instanceof SecurityContext context
                    && context.getAuthentication() == rejected) {
                session.removeAttribute(name);
                session.removeAttribute(ATTRIBUTE);
            }
        }
    }

    private static boolean belongsToAnother(HttpSession session, Authentication authentication) {
        boolean another = false;
        for (String name : Collections.list(session.getAttributeNames())) {
            if (session.getAttribute(name) instanceof SecurityContext context) {
                if (context.getAuthentication() == authentication) {
                    return false;
                }
                another = true;
            }
        }
        return another;
    }
}
