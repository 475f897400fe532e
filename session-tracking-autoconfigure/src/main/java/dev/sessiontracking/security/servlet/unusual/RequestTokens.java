// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet.unusual;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds texts that look like a JWT in the usual places: headers, cookies and {@code access_token}. Bounded. */
final class RequestTokens {

    private static final String JWT_START = "eyJ";

    private static final int MAX_TEXTS = 64;

    private static final int MAX_LENGTH = 8192;

    private RequestTokens() {}

    static List<String> find(HttpServletRequest request) {
        List<String> found = findOutsideBody(request);
        addTo(found, request.getParameter("access_token"));
        return found;
    }

    /** The body may be a form that the application reads as bytes: to ask for a parameter would take it away. */
    static List<String> findOutsideBody(HttpServletRequest request) {
        List<String> found = new ArrayList<>(2);
        int texts = 0;
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                if (++texts > MAX_TEXTS) {
                    return found;
                }
                // After a scheme, if there is one.
                addTo(found, value.substring(value.lastIndexOf(' ') + 1));
            }
        }
        Cookie[] cookies = request.getCookies();
        for (int i = 0; cookies != null && i < Math.min(cookies.length, MAX_TEXTS); i++) {
            addTo(found, cookies[i].getValue());
        }
        String query = request.getQueryString();
        if (query != null) {
            for (String parameter : query.split("&", MAX_TEXTS)) {
                addTo(found, parameter);
            }
        }
        return found;
    }

    private static void addTo(List<String> found, @Nullable String text) {
        if (text == null || text.length() > MAX_LENGTH) {
            return;
        }
        int start = text.indexOf(JWT_START);
        if (start >= 0 && TokenText.parse(text.substring(start)) != null) {
            found.add(text.substring(start));
        }
    }
}
