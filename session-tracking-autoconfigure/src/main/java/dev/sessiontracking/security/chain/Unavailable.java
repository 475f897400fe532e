// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** The response 503 to a request that cannot be checked during an outage. */
public final class Unavailable {

    /** The header {@code Retry-After}. */
    public static final String RETRY_AFTER_SECONDS = "5";

    private static final List<String> ENDPOINTS = List.of("health", "info", "metrics", "prometheus", "sessiontracking");

    private static final int MAX_CAUSES = 16;

    private static final byte[] BODY = ("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                    + "\"detail\":\"The session store does not answer at the moment. Try again later.\"}")
            .getBytes(StandardCharsets.UTF_8);

    private Unavailable() {}

    /**
     * The endpoints of the actuator with which an outage is diagnosed. Reading them is accepted unverified under either
     * policy; tokens that are known to be revoked are rejected there too.
     *
     * @param web the web stack of the application, {@code servlet} or {@code reactive}
     * @return empty if the application has no endpoints
     */
    public static String[] exemptEndpoints(String web, @Nullable ClassLoader classLoader) {
        boolean exist = Stream.of(
                        "org.springframework.boot.security.autoconfigure.actuate.web." + web + ".EndpointRequest",
                        "org.springframework.boot.actuate.endpoint.EndpointId",
                        "org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties")
                .allMatch(needed -> ClassUtils.isPresent(needed, classLoader));
        return exist ? ENDPOINTS.toArray(String[]::new) : new String[0];
    }

    /** The body: problem details (RFC 9457). */
    public static byte[] body() {
        return BODY.clone();
    }

    /** Whether a request failed because the store did not answer. */
    public static boolean isCauseOf(Throwable failure) {
        return cause(failure, SessionStoreUnavailableException.class) != null;
    }

    /** The cause of this type that a failed request has, or {@code null}. */
    public static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
        @Nullable Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
            cause = cause.getCause();
        }
        return null;
    }
}
