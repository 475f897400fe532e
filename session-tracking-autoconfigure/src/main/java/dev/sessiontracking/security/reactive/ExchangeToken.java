// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.RequestSessionState;
import java.util.Map;
import org.springframework.web.server.ServerWebExchange;

/** Connects code that verifies tokens itself, with any library, to session tracking in a WebFlux application. */
public final class ExchangeToken {

    private static final String STATE = ExchangeToken.class.getName() + ".STATE";

    private ExchangeToken() {}

    /**
     * Reports that the caller has verified a token and authenticates the request with it. Call this in your filter
     * before {@code chain.filter}, or in your {@code ServerSecurityContextRepository}. The session of the token is then
     * checked before any later filter runs. Logout, {@link ReactiveSessionAuthorization} rules and events work as with
     * Spring Security's own filters. Does nothing while session tracking is off.
     *
     * @param claims the claims of the verified token, by name
     */
    public static void verified(ServerWebExchange exchange, Map<String, ?> claims) {
        state(exchange).noteVerified(claims);
    }

    /** The state of a request. */
    static RequestSessionState state(ServerWebExchange exchange) {
        RequestSessionState state = exchange.getAttribute(STATE);
        if (state == null) {
            state = new RequestSessionState();
            state.sentBy(() -> ExchangeSessionMetadata.from(exchange.getRequest()));
            exchange.getAttributes().put(STATE, state);
        }
        return state;
    }
}
