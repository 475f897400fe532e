// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.chain.JwtTexts;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Records the token that a filter is about to verify. So the token is known even if the resulting authentication does
 * not contain it, with any converter.
 */
record TokenRecorder(ServerAuthenticationConverter converter) implements ServerAuthenticationConverter {

    @Override
    public Mono<Authentication> convert(ServerWebExchange exchange) {
        return converter.convert(exchange).doOnNext(found -> record(ExchangeToken.state(exchange), found));
    }

    private static void record(RequestSessionState state, Authentication found) {
        if (found instanceof BearerTokenAuthenticationToken bearer) {
            state.present(bearer.getToken());
            return;
        }
        JwtTexts texts = new JwtTexts();
        if (found.getCredentials() instanceof String credentials) {
            texts.add(credentials);
        }
        if (texts.found().isEmpty()) {
            state.presentOtherCredentials();
        } else {
            texts.found().forEach(state::present);
        }
    }
}
