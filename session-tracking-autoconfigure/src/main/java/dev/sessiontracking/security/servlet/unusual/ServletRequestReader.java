// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet.unusual;

import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.chain.JwtTexts;
import dev.sessiontracking.security.chain.RequestReader;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.springframework.security.core.Authentication;

/** Reads servlet requests: headers, cookies, parameters, and the HTTP session. */
public final class ServletRequestReader implements RequestReader<HttpServletRequest> {

    @Override
    public List<SessionClaim> storedSessions(HttpServletRequest request, Authentication stored) {
        return StoredSessions.read(request, stored);
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
}
