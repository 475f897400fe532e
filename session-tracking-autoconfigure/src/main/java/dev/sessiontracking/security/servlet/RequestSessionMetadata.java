// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.SessionMetadata;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;

/** Reads the metadata of a session from the login request. */
public final class RequestSessionMetadata {

    private RequestSessionMetadata() {}

    /**
     * The client's address and User-Agent.
     *
     * <p>The address is {@link HttpServletRequest#getRemoteAddr()}. Behind a proxy, configure the server to resolve it
     * ({@code server.forward-headers-strategy}). This method does not read {@code X-Forwarded-For}, because a client
     * can send any value.
     */
    public static SessionMetadata from(HttpServletRequest request) {
        return SessionMetadata.of(request.getRemoteAddr(), request.getHeader(HttpHeaders.USER_AGENT));
    }
}
