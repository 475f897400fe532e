// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.chain.JwtTexts;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.security.web.server.authentication.WebFilterChainServerAuthenticationSuccessHandler;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Records the token that a filter is about to verify. So the token is known even if the resulting authentication does
 * not contain it, with any converter.
 */
record TokenRecorder(ServerAuthenticationConverter converter) implements ServerAuthenticationConverter {

    /** Makes a filter record its tokens, and what it makes of them. */
    static void install(AuthenticationWebFilter filter) {
        if (Fields.read(filter, WebFilterKinds.CONVERTER) instanceof ServerAuthenticationConverter converter
                && !(converter instanceof TokenRecorder)) {
            filter.setServerAuthenticationConverter(new TokenRecorder(converter));
        }
        // A handler of the application may continue with another authentication. Then the check behind the filter asks.
        if (filter.getClass() == AuthenticationWebFilter.class
                && Fields.read(filter, WebFilterKinds.SUCCESS_HANDLER)
                        instanceof WebFilterChainServerAuthenticationSuccessHandler continuing
                && continuing.getClass() == WebFilterChainServerAuthenticationSuccessHandler.class) {
            filter.setAuthenticationSuccessHandler((filterExchange, made) -> {
                ExchangeToken.state(filterExchange.getExchange()).authenticated(filter, made);
                return continuing.onAuthenticationSuccess(filterExchange, made);
            });
        }
    }

    @Override
    public Mono<Authentication> convert(ServerWebExchange exchange) {
        return converter.convert(exchange).doOnNext(found -> JwtTexts.present(found, ExchangeToken.state(exchange)));
    }
}
