// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.chain.CrossSite;
import dev.sessiontracking.security.chain.RejectedTokenException;
import dev.sessiontracking.security.chain.RequestSessions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import reactor.core.publisher.Mono;

/**
 * Revokes the session of the token that authenticated the request. Every chain with a logout uses it, whatever handlers
 * the application configures. Applications can also call it from a controller.
 *
 * <p>The session does not have to be live: a repeated logout succeeds like the first one. An outage never prevents a
 * logout.
 *
 * <p>The response is 204 if the token names a session. The session has ended, now or before, or its revocation is
 * pending. A token of an untracked login, or of an unlisted issuer, names no session to revoke. It stays valid until it
 * expires, and the response is 200 with {@code {"revoked":false}}. If the application has its own success handler, that
 * one writes the response.
 *
 * <p>A token that may come from a cookie revokes no session in a cross-site request, because Spring Security skips its
 * CSRF protection if its converter finds a token. Such a request gets 403, unless the application's CORS configuration
 * allows the origin.
 *
 * <p>For a request without a token, or with a token of another application, this handler does nothing. Thread-safe. Does
 * not block: the revocation runs on a thread that may block.
 */
public final class SessionServerLogoutHandler implements ServerLogoutHandler {

    private static final String DONE = SessionServerLogoutHandler.class.getName() + ".DONE";

    private static final byte[] NOT_REVOKED = "{\"revoked\":false}".getBytes(StandardCharsets.US_ASCII);

    private final SessionChecker checker;

    private final RequestSessions<ServerWebExchange> sessions;

    SessionServerLogoutHandler(SessionChecker checker, RequestSessions<ServerWebExchange> sessions) {
        this.checker = checker;
        this.sessions = sessions;
    }

    /** A logout that another site may have caused. */
    static final class CrossSiteLogoutException extends AccessDeniedException {

        private static final long serialVersionUID = 1L;

        CrossSiteLogoutException() {
            super("A cross-site logout request was rejected because its token may come from a cookie");
        }
    }

    /**
     * Revokes the session. Fails with {@link SessionStoreUnavailableException} if the store did not confirm the
     * revocation and the outage policy is {@code reject}. The revocation is pending then, and the chain responds with
     * 503.
     */
    @Override
    public Mono<Void> logout(WebFilterExchange filterExchange, Authentication authentication) {
        ServerWebExchange exchange = filterExchange.getExchange();
        if (hasLoggedOutToken(exchange)) {
            return Mono.empty();
        }
        List<SessionClaim> claims = sessions.claims(ExchangeToken.state(exchange), authentication);
        if (claims.isEmpty()) {
            return Mono.empty();
        }
        if (claims.stream().anyMatch(sessions::isUnusable)) {
            return Mono.error(new RejectedTokenException());
        }
        if (CrossSite.mayBeForged(
                asReceived(exchange).getRequest().getHeaders()::getFirst,
                exchange.getResponse().getHeaders().getAccessControlAllowOrigin(),
                exchange.getRequest().getURI().getHost())) {
            return Mono.error(new CrossSiteLogoutException());
        }
        exchange.getAttributes().put(DONE, claims.stream().anyMatch(claim -> claim.session() != null));
        return BlockingCalls.callFor(authentication, () -> RequestSessions.revoke(checker, claims))
                .then();
    }

    /** The exchange with the headers of the client. A filter may have turned the token of a cookie into a header. */
    private static ServerWebExchange asReceived(ServerWebExchange exchange) {
        ServerWebExchange received = exchange;
        while (received instanceof ServerWebExchangeDecorator decorator) {
            received = decorator.getDelegate();
        }
        return received;
    }

    /** Whether this exchange was the logout of a client that uses tokens. */
    static boolean hasLoggedOutToken(ServerWebExchange exchange) {
        return exchange.getAttribute(DONE) != null;
    }

    /** Responds to the logout of a client that uses tokens. */
    static Mono<Void> respond(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        if (Boolean.TRUE.equals(exchange.getAttribute(DONE))) {
            response.setStatusCode(HttpStatus.NO_CONTENT);
            return response.setComplete();
        }
        response.setStatusCode(HttpStatus.OK);
        response.getHeaders().set(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(NOT_REVOKED.clone())));
    }
}
