// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.SessionMetadata;
import java.net.InetSocketAddress;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;

/** Reads the metadata of a session from the login request of a WebFlux application. */
public final class ExchangeSessionMetadata {

    private ExchangeSessionMetadata() {}

    /**
     * The client's address and User-Agent.
     *
     * <p>The address is {@link ServerHttpRequest#getRemoteAddress()}. Behind a proxy, configure the server to resolve it
     * ({@code server.forward-headers-strategy}). This method does not read {@code X-Forwarded-For}, because a client
     * can send any value.
     */
    public static SessionMetadata from(ServerHttpRequest request) {
        InetSocketAddress remote = request.getRemoteAddress();
        String ip = remote == null
                ? null
                : remote.getAddress() == null
                        ? remote.getHostString()
                        : remote.getAddress().getHostAddress();
        return SessionMetadata.of(ip, request.getHeaders().getFirst(HttpHeaders.USER_AGENT));
    }
}
