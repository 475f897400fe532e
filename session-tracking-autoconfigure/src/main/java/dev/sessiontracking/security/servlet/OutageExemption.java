// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.util.ClassUtils;

/**
 * Requests that are accepted unverified in an outage under the policy {@code reject}: reading the endpoints of the actuator
 * with which the outage is diagnosed. Tokens that are known to be revoked are rejected there too. Thread-safe.
 */
final class OutageExemption implements Predicate<Object> {

    private static final String[] ENDPOINTS = {"health", "info", "metrics", "prometheus", "sessiontracking"};

    private static final String[] NEEDED = {
        "org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest",
        "org.springframework.boot.actuate.endpoint.EndpointId",
        "org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties"
    };

    private final RequestMatcher exempt;

    private OutageExemption(RequestMatcher exempt) {
        this.exempt = exempt;
    }

    static OutageExemption create(@Nullable ClassLoader classLoader) {
        for (String needed : NEEDED) {
            if (!ClassUtils.isPresent(needed, classLoader)) {
                return new OutageExemption(request -> false);
            }
        }
        return new OutageExemption(EndpointRequest.to(ENDPOINTS));
    }

    @Override
    public boolean test(Object request) {
        return request instanceof HttpServletRequest http
                && HttpMethod.GET.matches(http.getMethod())
                && exempt.matches(http);
    }
}
