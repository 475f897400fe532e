// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.chain.RejectedTokenException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.logout.DelegatingServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.authentication.logout.RedirectServerLogoutSuccessHandler;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.ServerLogoutSuccessHandler;
import org.springframework.security.web.server.context.SecurityContextServerWebExchange;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** The logout filter of a chain. It revokes the session of a token, and also logs out tokens that are rejected. */
final class ChainLogout {

    static final String HANDLER = "logoutHandler";

    static final String SUCCESS_HANDLER = "logoutSuccessHandler";

    private static final String REACHED = ChainLogout.class.getName() + ".REACHED";

    /** A logout never demands a recent login, so the chain's own challenge is not needed. */
    private static final ExchangeRejections RESPONSES = new ExchangeRejections(ExchangeRejections.BEARER);

    private final LogoutWebFilter filter;

    private ChainLogout(LogoutWebFilter filter) {
        this.filter = filter;
    }

    /** Adds our handler in front of the ones that the filter has. */
    static ChainLogout of(LogoutWebFilter filter, ServerLogoutHandler ours) {
        if (!(Fields.read(filter, HANDLER) instanceof RevokingHandler)) {
            ServerLogoutHandler handlers = (ServerLogoutHandler) Fields.read(filter, HANDLER);
            filter.setLogoutHandler(
                    new RevokingHandler(handlers == null ? ours : new DelegatingServerLogoutHandler(ours, handlers)));
            // Spring Security's own handler redirects, which no client with a token understands.
            if (Fields.read(filter, SUCCESS_HANDLER) instanceof RedirectServerLogoutSuccessHandler redirect
                    && redirect.getClass() == RedirectServerLogoutSuccessHandler.class) {
                filter.setLogoutSuccessHandler(forTokens(redirect));
            }
        }
        return new ChainLogout(filter);
    }

    private static ServerLogoutSuccessHandler forTokens(ServerLogoutSuccessHandler others) {
        // Deferred, because the filter asks for the response before it runs the handlers.
        return (exchange, authentication) ->
                Mono.defer(() -> SessionServerLogoutHandler.hasLoggedOutToken(exchange.getExchange())
                        ? SessionServerLogoutHandler.respond(exchange.getExchange())
                        : others.onLogoutSuccess(exchange, authentication));
    }

    /** Performs the logout and writes the response, if the request is a logout. */
    Mono<Boolean> handles(ServerWebExchange exchange, Authentication authentication) {
        WebFilterChain noLogout = reached -> {
            exchange.getAttributes().put(REACHED, true);
            return Mono.empty();
        };
        ServerWebExchange authenticated =
                new SecurityContextServerWebExchange(exchange, Mono.just(new SecurityContextImpl(authentication)));
        return filter.filter(authenticated, noLogout)
                .onErrorResume(failure -> RESPONSES.handle(exchange, failure))
                .onErrorResume(RejectedTokenException.class, unusable -> noLogout.filter(exchange))
                .then(Mono.fromSupplier(() -> exchange.getAttributes().remove(REACHED) == null));
    }

    private record RevokingHandler(ServerLogoutHandler handler) implements ServerLogoutHandler {

        @Override
        public Mono<Void> logout(WebFilterExchange exchange, Authentication authentication) {
            return handler.logout(exchange, authentication);
        }
    }
}
