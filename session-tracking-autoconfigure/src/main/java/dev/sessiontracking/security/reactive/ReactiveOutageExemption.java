// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.chain.Unavailable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;

/** Reading the {@linkplain Unavailable#exemptEndpoints endpoints} with which an outage is diagnosed. */
final class ReactiveOutageExemption {

    private ReactiveOutageExemption() {}

    static ServerWebExchangeMatcher create(@Nullable ClassLoader classLoader) {
        String[] exempt = Unavailable.exemptEndpoints("reactive", classLoader);
        if (exempt.length == 0) {
            return exchange -> MatchResult.notMatch();
        }
        ServerWebExchangeMatcher endpoints = EndpointRequest.to(exempt);
        return exchange -> HttpMethod.GET.equals(exchange.getRequest().getMethod())
                ? endpoints.matches(exchange)
                : MatchResult.notMatch();
    }
}
