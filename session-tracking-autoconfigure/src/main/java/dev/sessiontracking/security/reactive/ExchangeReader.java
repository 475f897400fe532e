// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.chain.JwtTexts;
import dev.sessiontracking.security.chain.RequestReader;
import dev.sessiontracking.security.chain.StoredClaims;
import java.util.List;
import java.util.Map;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Reads exchanges: headers, cookies, query, and the WebSession. An authentication that does not contain its token may be
 * stored in the WebSession. Then the sessions of the token are stored beside it, as plain text.
 */
final class ExchangeReader implements RequestReader<ServerWebExchange> {

    private static final String ATTRIBUTE = "dev.sessiontracking.TOKEN_SESSIONS";

    @Override
    public List<SessionClaim> storedSessions(ServerWebExchange exchange, Authentication stored) {
        return exchange.getAttribute(ATTRIBUTE) instanceof String text ? StoredClaims.read(text, stored) : List.of();
    }

    @Override
    public List<String> tokens(ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        JwtTexts texts = new JwtTexts();
        request.getHeaders().forEach((name, values) -> values.forEach(texts::addHeader));
        request.getCookies().values().forEach(cookies -> cookies.forEach(cookie -> texts.addCookie(cookie.getValue())));
        texts.addQuery(request.getURI().getRawQuery());
        return texts.found();
    }

    @Override
    public List<String> tokensOutsideBody(ServerWebExchange exchange) {
        return tokens(exchange);
    }

    @Override
    public String howToReportAToken() {
        return "ExchangeToken.verified(exchange, claims)";
    }

    /** Makes {@link #storedSessions} available. */
    static Mono<Void> load(ServerWebExchange exchange) {
        return exchange.getSession()
                .doOnNext(session -> {
                    if (session.getAttribute(ATTRIBUTE) instanceof String text) {
                        exchange.getAttributes().put(ATTRIBUTE, text);
                    }
                })
                .then();
    }

    /** Stores the sessions of this exchange's token, if the authentication that it created is stored. */
    static Mono<Void> store(ServerWebExchange exchange, RequestSessionState state) {
        Authentication authentication = state.authentication();
        List<SessionClaim> claims = state.hiddenClaims();
        if (authentication == null || claims.isEmpty()) {
            return Mono.empty();
        }
        return exchange.getSession()
                .doOnNext(session -> {
                    if (session.getAttributes().values().stream()
                            .anyMatch(value -> isContextOf(value, authentication))) {
                        session.getAttributes().put(ATTRIBUTE, StoredClaims.write(authentication, claims));
                    }
                })
                .then();
    }

    /**
     * Removes the contexts of a rejected authentication. Otherwise the browser could not reach a login page, and a new login
     * of the user would be taken for the rejected one.
     */
    static Mono<Void> remove(ServerWebExchange exchange, Authentication rejected) {
        return exchange.getSession()
                .doOnNext(session -> Map.copyOf(session.getAttributes()).forEach((name, value) -> {
                    if (isContextOf(value, rejected)) {
                        session.getAttributes().remove(name);
                        session.getAttributes().remove(ATTRIBUTE);
                    }
                }))
                .then()
                .onErrorComplete();
    }

    private static boolean isContextOf(Object value, Authentication authentication) {
        return value instanceof SecurityContext context && context.getAuthentication() == authentication;
    }
}
