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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;

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
     * them. Removes those of an earlier token if the HTTP session has another login now.
     *
     * @param current the authentication of the request at the moment, if it has one
     */
    public static void store(HttpServletRequest request, RequestSessionState state, @Nullable Authentication current) {
        Authentication authentication = state.authentication();
        List<SessionClaim> claims = state.hiddenClaims();
        Authentication replacement = current == authentication ? null : current;
        if ((claims.isEmpty() && replacement == null) || state.rejection() != null) {
            return;
        }
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        if (replacement != null && holds(session, replacement)) {
            // A switched user still depends on the token of the original one.
            if (replacement.getAuthorities().stream().noneMatch(SwitchUserGrantedAuthority.class::isInstance)) {
                session.removeAttribute(ATTRIBUTE);
                return;
            }
            authentication = replacement;
        }
        boolean isOthers = contexts(session).findAny().isPresent() && !holds(session, authentication);
        if (authentication != null && !claims.isEmpty() && !isOthers) {
            String text = StoredClaims.write(authentication, claims);
            if (!text.equals(session.getAttribute(ATTRIBUTE))) {
                session.setAttribute(ATTRIBUTE, text);
            }
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

    private static boolean holds(HttpSession session, @Nullable Authentication authentication) {
        return contexts(session).anyMatch(context -> context.getAuthentication() == authentication);
    }

    private static Stream<SecurityContext> contexts(HttpSession session) {
        return Collections.list(session.getAttributeNames()).stream()
                .flatMap(name -> session.getAttribute(name) instanceof SecurityContext context
                        ? Stream.of(context)
                        : Stream.empty());
    }
}
