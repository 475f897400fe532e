// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * Receives logout tokens on exactly one path, ahead of Spring Security. All other requests pass.
 *
 * @param receiver takes the type and the body of a request, and returns an error, or nothing
 */
record BackChannelLogoutFilter(String path, BinaryOperator<String> receiver) implements Filter {

    private static final int MAX_BYTES = 16 * 1024;

    private static final String PARAMETER = "logout_token";

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http && http.getRequestURI().equals(http.getContextPath() + path)) {
            receive(http, (HttpServletResponse) response);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void receive(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (!request.getMethod().equals("POST")) {
            response.setHeader(HttpHeaders.ALLOW, "POST");
            response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        String error = receiver.apply(Objects.requireNonNullElse(request.getContentType(), ""), body(request));
        if (!error.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            response.setContentType(MediaType.APPLICATION_JSON_VALUE);
            response.getOutputStream().write(error.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Empty if it is too long, or not complete. */
    private static String body(HttpServletRequest request) {
        try {
            byte[] body = request.getInputStream().readNBytes(MAX_BYTES + 1);
            if (body.length == 0 && request.getQueryString() == null) {
                // A filter of the application may have read the form.
                String token = request.getParameter(PARAMETER);
                return token == null ? "" : PARAMETER + "=" + token;
            }
            return body.length > MAX_BYTES ? "" : new String(body, StandardCharsets.UTF_8);
        } catch (IOException | IllegalStateException incomplete) {
            return "";
        }
    }
}
