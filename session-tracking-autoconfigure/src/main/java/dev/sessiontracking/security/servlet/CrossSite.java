// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/** Detects requests that another site may have made the browser send, with the user's cookies. */
final class CrossSite {

    private static final String FETCH_SITE = "Sec-Fetch-Site";

    private static final String ANY_SITE = "cross-site";

    /** Authentication schemes that browsers send by themselves. A page cannot send any other scheme across sites. */
    private static final Set<String> AUTOMATIC = Set.of("basic", "digest", "negotiate", "ntlm");

    private CrossSite() {}

    /**
     * Whether this request may come from another site. Requests of clients other than browsers have none of the
     * relevant headers. An origin that the application's CORS configuration allows does not count as another site.
     */
    static boolean mayBeForged(HttpServletRequest request, HttpServletResponse response) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null && !AUTOMATIC.contains(authorization.split(" ", 2)[0].toLowerCase(Locale.ROOT))) {
            return false;
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null && origin.equals(response.getHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN))) {
            return false;
        }
        String site = request.getHeader(FETCH_SITE);
        if (site != null) {
            return site.equals(ANY_SITE);
        }
        return origin != null && !isOwn(origin, request);
    }

    private static boolean isOwn(String origin, HttpServletRequest request) {
        try {
            return request.getServerName().equalsIgnoreCase(URI.create(origin).getHost());
        } catch (IllegalArgumentException opaque) {
            return false;
        }
    }
}
