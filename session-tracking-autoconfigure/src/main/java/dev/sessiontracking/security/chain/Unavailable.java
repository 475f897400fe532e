// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The response 503 to a request that cannot be checked during an outage. */
public final class Unavailable {

    /** The header {@code Retry-After}. */
    public static final String RETRY_AFTER_SECONDS = "5";

    private static final int MAX_CAUSES = 16;

    private static final byte[] BODY = ("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                    + "\"detail\":\"The session store does not answer at the moment. Try again later.\"}")
            .getBytes(StandardCharsets.UTF_8);

    private Unavailable() {}

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
