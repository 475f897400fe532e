// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.chain.Unavailable;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.util.matcher.RequestMatcher;

/** Reading the {@linkplain Unavailable#exemptEndpoints endpoints} with which an outage is diagnosed. Thread-safe. */
record OutageExemption(RequestMatcher endpoints) implements Predicate<Object> {

    static OutageExemption create(@Nullable ClassLoader classLoader) {
        String[] exempt = Unavailable.exemptEndpoints("servlet", classLoader);
        return new OutageExemption(exempt.length == 0 ? request -> false : EndpointRequest.to(exempt));
    }

    @Override
    public boolean test(Object request) {
        return request instanceof HttpServletRequest http
                && HttpMethod.GET.matches(http.getMethod())
                && endpoints.matches(http);
    }
}
