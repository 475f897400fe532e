package dev.sessiontracking.security.servlet;

import dev.sessiontracking.SessionMetadata;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;

/** Takes a session's metadata from the request that begins it. */
public final class RequestSessionMetadata {

    private RequestSessionMetadata() {}

    /**
     * The client's address and User-Agent.
     *
     * <p>The address is {@link HttpServletRequest#getRemoteAddr()}. Behind a proxy, let the server resolve it
     * ({@code server.forward-headers-strategy}), which knows whom to trust: a raw {@code X-Forwarded-For} header is
     * whatever a client claims, and is not read here.
     */
    public static SessionMetadata from(HttpServletRequest request) {
        return SessionMetadata.of(request.getRemoteAddr(), request.getHeader(HttpHeaders.USER_AGENT));
    }
}
