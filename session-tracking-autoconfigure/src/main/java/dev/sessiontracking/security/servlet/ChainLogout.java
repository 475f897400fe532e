// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.SessionStoreUnavailableException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.regex.Pattern;
import org.springframework.http.HttpMethod;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.util.ReflectionUtils;

/**
 * The logout filter of a chain, run behind the filters that authenticate tokens. The filter itself and its
 * configuration are unchanged. Thread-safe.
 */
final class ChainLogout {

    static final String MATCHER = "logoutRequestMatcher";

    /** The default matcher of Spring Security without CSRF protection. */
    private static final Pattern ANY_METHOD = Pattern.compile(
            "Or \\[PathPattern \\[GET (\\S+)], PathPattern \\[POST \\1], PathPattern \\[PUT \\1], PathPattern \\[DELETE \\1]]");

    private final LogoutFilter filter;

    private final boolean postOnly;

    ChainLogout(LogoutFilter filter) {
        this.filter = filter;
        Field matcher = ReflectionUtils.findField(LogoutFilter.class, MATCHER);
        if (matcher == null) {
            this.postOnly = true;
        } else {
            ReflectionUtils.makeAccessible(matcher);
            this.postOnly = ANY_METHOD
                    .matcher(String.valueOf(ReflectionUtils.getField(matcher, filter)))
                    .matches();
        }
    }

    /** Only POST logs tokens out, unless the application has set its own matcher. */
    boolean isForTokens(HttpServletRequest request) {
        return !postOnly || HttpMethod.POST.matches(request.getMethod());
    }

    /** Performs the logout and writes the response, if the request is a logout. */
    boolean handles(HttpServletRequest request, HttpServletResponse response, SessionRejections rejections)
            throws IOException, ServletException {
        NoLogout noLogout = new NoLogout();
        try {
            filter.doFilter(request, response, noLogout);
        } catch (SessionStoreUnavailableException unconfirmed) {
            rejections.unavailable(response);
        } catch (AccessDeniedException crossSite) {
            rejections.forbidden(response);
        }
        return !noLogout.reached;
    }

    private static final class NoLogout implements FilterChain {

        private boolean reached;

        @Override
        public void doFilter(ServletRequest request, ServletResponse response) {
            reached = true;
        }
    }
}
