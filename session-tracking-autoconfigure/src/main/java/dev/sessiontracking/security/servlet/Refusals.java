package dev.sessiontracking.security.servlet;

import dev.sessiontracking.SessionStoreUnavailableException;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.web.BearerTokenAuthenticationEntryPoint;
import org.springframework.security.oauth2.server.resource.web.DPoPAuthenticationEntryPoint;
import org.springframework.security.web.AuthenticationEntryPoint;

/**
 * Answers requests that a chain does not answer itself. Writes directly and never sends an error: on a resource server
 * the container's error dispatch is unauthenticated, and would turn a 503 into a 401.
 */
final class Refusals {

    static final String RETRY_AFTER_SECONDS = "5";

    private static final String DPOP = "dpop";

    private static final int DEEPEST_CAUSE = 16;

    private static final byte[] UNAVAILABLE =
            ("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                            + "\"detail\":\"The session store does not answer at the moment. Try again later.\"}")
                    .getBytes(StandardCharsets.UTF_8);

    private final AuthenticationEntryPoint bearer = new BearerTokenAuthenticationEntryPoint();

    private final AuthenticationEntryPoint dpop = new DPoPAuthenticationEntryPoint();

    /**
     * Answers a request that ended with this exception, if it is ours to answer.
     *
     * @return false when it is not, or when the answer has begun already
     */
    boolean answer(HttpServletRequest request, HttpServletResponse response, Exception exception)
            throws IOException, ServletException {
        Throwable ours = findOurs(exception);
        if (ours instanceof AnsweredException) {
            return true;
        }
        if (ours == null || response.isCommitted()) {
            return false;
        }
        response.resetBuffer();
        if (ours instanceof SessionStoreUnavailableException) {
            unavailable(response);
        } else {
            AuthenticationException refusal =
                    ours instanceof RefusedTokenException token ? token : new RefusedTokenException();
            entryPoint(request).commence(request, response, refusal);
        }
        return true;
    }

    /** RFC 9449 section 7.1: a challenge to a DPoP client names the DPoP scheme. */
    private AuthenticationEntryPoint entryPoint(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(DPOP) ? dpop : bearer;
    }

    private static void unavailable(HttpServletResponse response) throws IOException {
        response.setStatus(HttpStatus.SERVICE_UNAVAILABLE.value());
        response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setContentLength(UNAVAILABLE.length);
        response.getOutputStream().write(UNAVAILABLE);
    }

    private static @Nullable Throwable findOurs(Throwable exception) {
        Throwable cause = exception;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof RefusedTokenException
                    || cause instanceof RefusedContextException
                    || cause instanceof AnsweredException
                    || cause instanceof SessionStoreUnavailableException) {
                return cause;
            }
            cause = cause.getCause();
        }
        return null;
    }
}
