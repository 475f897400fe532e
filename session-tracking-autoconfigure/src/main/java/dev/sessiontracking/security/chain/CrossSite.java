// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Detects requests that another site may have made the browser send, with the user's cookies. */
public final class CrossSite {

    private static final String FETCH_SITE = "Sec-Fetch-Site";

    private static final String ANY_SITE = "cross-site";

    /** Authentication schemes that browsers send by themselves. A page cannot send any other scheme across sites. */
    private static final Set<String> AUTOMATIC = Set.of("basic", "digest", "negotiate", "ntlm");

    private CrossSite() {}

    /**
     * Whether this request may come from another site. Requests of clients other than browsers have none of the
     * relevant headers. An origin that the application's CORS configuration allows does not count as another site.
     *
     * @param header the first value of a request header
     * @param allowedOrigin the response header by which CORS allows an origin, if it is set
     * @param host the host of this application
     */
    public static boolean mayBeForged(
            Function<String, @Nullable String> header, @Nullable String allowedOrigin, @Nullable String host) {
        String authorization = header.apply(HttpHeaders.AUTHORIZATION);
        if (authorization != null && !AUTOMATIC.contains(authorization.split(" ", 2)[0].toLowerCase(Locale.ROOT))) {
            return false;
        }
        String origin = header.apply(HttpHeaders.ORIGIN);
        if (origin != null && origin.equals(allowedOrigin)) {
            return false;
        }
        String site = header.apply(FETCH_SITE);
        if (site != null) {
            return site.equals(ANY_SITE);
        }
        return origin != null && !isOwn(origin, host);
    }

    private static boolean isOwn(String origin, @Nullable String host) {
        try {
            return host != null && host.equalsIgnoreCase(URI.create(origin).getHost());
        } catch (IllegalArgumentException opaque) {
            return false;
        }
    }
}
