// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.chain.ChainTraits;
import dev.sessiontracking.security.chain.ChainTraits.Tokens;
import dev.sessiontracking.security.chain.RequestSessions;
import dev.sessiontracking.security.chain.RequestSessions.Origin;
import dev.sessiontracking.security.servlet.SessionCheckFilter.Logouts;
import dev.sessiontracking.security.servlet.unusual.ServletRequestReader;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.oauth2.server.resource.web.authentication.DPoPAuthenticationConverter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.web.filter.CompositeFilter;
import org.springframework.web.filter.DelegatingFilterProxy;

/**
 * Replaces each filter chain bean with one that has the same requests, the same filters, and the session checks. This
 * happens after the chain is built, because then the order of the filters is final. A check is added directly behind
 * each filter that may authenticate requests: the bearer and DPoP filters, other authentication filters of Spring
 * Security, and every filter of the application. The logout filter runs behind the filters that authenticate tokens.
 * All other filters keep their places.
 */
record SessionFilterChains(
        ObjectProvider<SecurityContextHolderStrategy> strategies,
        Predicate<Object> outageExemption,
        ObjectProvider<RequestSessions<HttpServletRequest>> sessions,
        BeanFactory beans)
        implements BeanPostProcessor {

    private static final String SPRING = "org.springframework.";

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!(bean instanceof DefaultSecurityFilterChain chain)
                || chain.getFilters().isEmpty()) {
            return bean;
        }
        DefaultSecurityFilterChain checked =
                new DefaultSecurityFilterChain(chain.getRequestMatcher(), withChecks(beanName, chain.getFilters()));
        checked.setBeanName(beanName);
        checked.setBeanFactory(beans);
        return checked;
    }

    private List<Filter> withChecks(String name, List<Filter> original) {
        List<Filter> filters = new ArrayList<>(original);
        filters.removeIf(SessionTrackingConfigurer.Marker.class::isInstance);
        Plan plan = new Plan(filters, new ChainTraits(name, tokens(original)));
        for (int i = 0; i < filters.size(); i++) {
            plan.add(i);
        }
        return plan.result;
    }

    /** How a chain authenticates tokens, according to its filters and its configuration. */
    static Tokens tokens(List<Filter> filters) {
        if (filters.stream().noneMatch(SessionFilterChains::isTokenFilter)) {
            return Tokens.NONE;
        }
        return filters.stream()
                .filter(SessionTrackingConfigurer.Marker.class::isInstance)
                .map(marker -> ((SessionTrackingConfigurer.Marker) marker).tokens())
                .filter(tokens -> tokens != Tokens.NONE)
                .findFirst()
                .orElse(Tokens.CUSTOM);
    }

    /** Stores the token's session when a filter has stored the context at the end of its request. */
    private static void storeSessions(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } finally {
            HttpServletRequest http = (HttpServletRequest) request;
            ServletRequestReader.store(http, RequestToken.state(http));
        }
    }

    static boolean isOurs(Filter filter) {
        return filter instanceof SessionContextFilter
                || filter instanceof SessionCheckFilter
                || filter.getClass().getName().startsWith(SessionFilterChains.class.getName());
    }

    static boolean isTokenFilter(Filter filter) {
        return filter instanceof BearerTokenAuthenticationFilter
                || (filter instanceof AuthenticationFilter general
                        && general.getAuthenticationConverter() instanceof DPoPAuthenticationConverter);
    }

    /** A plain authentication filter belongs to the application, which has configured its converter and manager. */
    static boolean isOwn(Filter filter) {
        return !isTokenFilter(filter)
                && (filter.getClass() == AuthenticationFilter.class
                        || isContainer(filter)
                        || !filter.getClass().getName().startsWith(SPRING));
    }

    /** Spring's filters that run other filters, which may be the application's. */
    private static boolean isContainer(Filter filter) {
        return filter instanceof DelegatingFilterProxy
                || filter instanceof CompositeFilter
                || filter instanceof FilterChainProxy;
    }

    private static boolean mayAuthenticate(Filter filter) {
        return isOwn(filter)
                || (filter.getClass().getName().contains("Authenticat")
                        && !(filter instanceof AnonymousAuthenticationFilter));
    }

    private static boolean isContextFilter(Filter filter) {
        return filter instanceof SecurityContextHolderFilter || isPersistenceFilter(filter);
    }

    // By name, as it is deprecated: requireExplicitSave(false) adds it.
    private static boolean isPersistenceFilter(Filter filter) {
        return filter.getClass().getSimpleName().equals("SecurityContextPersistenceFilter");
    }

    /** The places of the checks in one chain. */
    private final class Plan {

        private final List<Filter> filters;

        private final List<Filter> result = new ArrayList<>();

        private final SecurityContextHolderStrategy strategy =
                strategies.getIfUnique(SecurityContextHolder::getContextHolderStrategy);

        private final ChainSessionCheck check;

        private final int first;

        private final int logout;

        private final int logoutCheck;

        private final int last;

        private final int token;

        private boolean begun;

        Plan(List<Filter> filters, ChainTraits traits) {
            this.filters = filters;
            int context = lastIndex(SessionFilterChains::isContextFilter, 0, filters.size());
            int end = firstIndex(AuthorizationFilter.class::isInstance, context + 1);
            this.first = firstIndex(
                    filter -> mayAuthenticate(filter)
                            || filter instanceof LogoutFilter
                            || filter instanceof AuthorizationFilter,
                    context + 1);
            this.logout = lastIndex(LogoutFilter.class::isInstance, context + 1, end);
            this.token = lastIndex(SessionFilterChains::isTokenFilter, context + 1, end);
            int own = lastIndex(SessionFilterChains::isOwn, context + 1, end);
            this.logoutCheck = Math.max(logout, Math.max(token, own));
            // Behind the filters of the application, check again directly before authorization, because a rejection is
            // final.
            this.last = own >= 0 && end < filters.size()
                    ? end
                    : Math.max(lastIndex(SessionFilterChains::mayAuthenticate, context + 1, end), logout);
            this.check = new ChainSessionCheck(
                    sessions.getObject(),
                    new SessionRejections(strategy),
                    traits,
                    logout < 0 ? null : new ChainLogout((LogoutFilter) filters.get(logout)));
        }

        private int firstIndex(Predicate<Filter> which, int from) {
            for (int i = from; i < filters.size(); i++) {
                if (which.test(filters.get(i))) {
                    return i;
                }
            }
            return filters.size();
        }

        private int lastIndex(Predicate<Filter> which, int from, int to) {
            for (int i = to - 1; i >= from; i--) {
                if (which.test(filters.get(i))) {
                    return i;
                }
            }
            return -1;
        }

        void add(int i) {
            Filter filter = filters.get(i);
            if (isPersistenceFilter(filter)) {
                result.add(SessionFilterChains::storeSessions);
            }
            if (i == first || (begun && isTokenFilter(filter))) {
                result.add(new SessionContextFilter(strategy, check, outageExemption, isTokenFilter(filter)));
                begun = true;
            }
            if (begun && filter instanceof AuthorizationFilter) {
                // Behind the filter that would translate the exception without the parameter.
                result.add(this::challengeForLogin);
            }
            if (i == last && filter instanceof AuthorizationFilter) {
                result.add(checkBehind(Origin.OTHER_FILTER, Logouts.NONE, true));
            }
            if (i == logout) {
                if (i == logoutCheck) {
                    result.add(checkBehind(Origin.OTHER_FILTER, Logouts.ALL, i == last));
                } else if (token < logout) {
                    result.add(checkBehind(Origin.OTHER_FILTER, Logouts.OF_AUTHENTICATED, false));
                }
                return;
            }
            result.add(filter);
            if (begun && mayAuthenticate(filter)) {
                result.add(checkBehind(
                        isTokenFilter(filter) ? Origin.TOKEN_FILTER : Origin.OTHER_FILTER,
                        logout < 0 || (i != logoutCheck && (i != token || token < logout))
                                ? Logouts.NONE
                                : i == logoutCheck ? Logouts.ALL : Logouts.OF_AUTHENTICATED,
                        i == last));
            }
        }

        private void challengeForLogin(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            try {
                chain.doFilter(request, response);
            } catch (IOException | ServletException | RuntimeException exception) {
                if (!check.rejections()
                        .challengesForLogin((HttpServletRequest) request, (HttpServletResponse) response, exception)) {
                    throw exception;
                }
            }
        }

        private SessionCheckFilter checkBehind(Origin origin, Logouts logouts, boolean isLast) {
            return new SessionCheckFilter(strategy, check, origin, logouts, isLast);
        }
    }
}
