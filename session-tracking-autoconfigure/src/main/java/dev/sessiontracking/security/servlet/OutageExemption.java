package dev.sessiontracking.security.servlet;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.core.env.Environment;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.util.ClassUtils;

/**
 * Requests that an outage must not lock out under the policy {@code reject}: those of the actuator, with which the
 * outage is looked into. Their tokens are still verified, and refused when known to be revoked.
 */
final class OutageExemption {

    private static final String ACTUATOR = "org.springframework.boot.actuate.endpoint.annotation.Endpoint";

    private static final String BASE_PATH = "management.endpoints.web.base-path";

    private static final RequestMatcher NOTHING = request -> false;

    private final RequestMatcher exempt;

    private final String managementPort;

    OutageExemption(Environment environment, ClassLoader classLoader) {
        String basePath = environment.getProperty(BASE_PATH, "/actuator");
        boolean isOwnPath = basePath.startsWith("/") && basePath.length() > 1;
        this.managementPort = environment.getProperty("management.server.port", "");
        this.exempt = isOwnPath && ClassUtils.isPresent(ACTUATOR, classLoader)
                ? PathPatternRequestMatcher.withDefaults().matcher(basePath + "/**")
                : NOTHING;
    }

    /** An actuator on a port of its own is exempt there only: on the application's port its path is somebody else's. */
    boolean covers(HttpServletRequest request) {
        return exempt.matches(request)
                && (managementPort.isBlank() || managementPort.equals(String.valueOf(request.getLocalPort())));
    }
}
