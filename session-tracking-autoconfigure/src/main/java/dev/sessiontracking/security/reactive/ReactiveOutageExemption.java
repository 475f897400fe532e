// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;
import org.springframework.util.ClassUtils;

/**
 * Requests that are accepted unverified in an outage under the policy {@code reject}: reading the endpoints of the actuator
 * with which the outage is diagnosed. Tokens that are known to be revoked are rejected there too.
 */
final class ReactiveOutageExemption {

    private static final String[] ENDPOINTS = {"health", "info", "metrics", "prometheus", "sessiontracking"};

    private static final String[] NEEDED = {
        "org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest",
        "org.springframework.boot.actuate.endpoint.EndpointId",
        "org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties"
    };

    private ReactiveOutageExemption() {}

    static ServerWebExchangeMatcher create(@Nullable ClassLoader classLoader) {
        for (String needed : NEEDED) {
            if (!ClassUtils.isPresent(needed, classLoader)) {
                return exchange -> MatchResult.notMatch();
            }
        }
        ServerWebExchangeMatcher endpoints = EndpointRequest.to(ENDPOINTS);
        return exchange -> HttpMethod.GET.equals(exchange.getRequest().getMethod())
                ? endpoints.matches(exchange)
                : MatchResult.notMatch();
    }
}
