// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.chain.ChainReports;
import dev.sessiontracking.security.chain.ChainTraits;
import dev.sessiontracking.security.chain.ChainTraits.Tokens;
import dev.sessiontracking.security.chain.RequestSessions;
import dev.sessiontracking.security.chain.RequestSessions.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.web.server.MatcherSecurityWebFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.HttpBasicServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authentication.ServerAuthenticationEntryPointFailureHandler;
import org.springframework.security.web.server.authentication.ServerAuthenticationFailureHandler;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.authorization.AuthorizationWebFilter;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.context.ReactorContextWebFilter;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Replaces each filter chain bean with one that has the same requests, the same filters, and the session checks. This
 * happens after the chain is built, because then the order of the filters is final. A check is added directly behind
 * each filter that may authenticate tokens: authentication filters whose converter is not one for passwords or
 * certificates, and every filter of the application. A token filter of Spring Security becomes a part of its check. The
 * logout filter runs behind the filters that authenticate tokens. All
 * other filters keep their places.
 */
record SessionWebFilterChains(
        ObjectProvider<RequestSessions<ServerWebExchange>> sessions,
        ObjectProvider<SessionServerLogoutHandler> logoutHandler,
        ServerWebExchangeMatcher outageExemption,
        BooleanSupplier ownOuterFilters)
        implements BeanPostProcessor {

    static final String MATCHER = "matcher";

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!(bean instanceof SecurityWebFilterChain chain)) {
            return bean;
        }
        return chain.getClass() == MatcherSecurityWebFilterChain.class
                ? new CheckedChain(chain, withChecks(beanName, filters(chain)))
                : new CheckedCustomChain(chain, filters -> withChecks(beanName, filters));
    }

    /** The check behind all chains, and behind the filters of the application that run after them. */
    SessionCheckWebFilter behindChains() {
        return new SessionCheckWebFilter(
                new ExchangeCheck(
                        sessions.getObject(),
                        new ChainTraits("(filters behind all chains)", Tokens.CUSTOM, true),
                        Origin.OTHER_FILTER,
                        new ExchangeRejections(ExchangeRejections.BEARER),
                        outageExemption,
                        null,
                        true),
                false,
                false,
                null);
    }

    static List<WebFilter> filters(SecurityWebFilterChain chain) {
        // Not block(): Spring Cloud creates chains of the refresh scope on event loops. Chains know their filters.
        return chain.getWebFilters().collectList().toFuture().join();
    }

    private List<WebFilter> withChecks(String name, List<WebFilter> original) {
        Plan plan = new Plan(name, original);
        for (int i = 0; i < original.size(); i++) {
            plan.add(i);
        }
        plan.end();
        return plan.result;
    }

    /** The places of the checks in one chain. */
    private final class Plan {

        private final String name;

        private final List<WebFilter> filters;

        private final List<WebFilter> result = new ArrayList<>();

        private final ChainTraits traits;

        private final Origin stored;

        private final ExchangeRejections rejections;

        private final @Nullable ChainLogout logout;

        private final int context;

        private final int lastTokens;

        private final int logoutAt;

        private final boolean ownContexts;

        private boolean ownFilters;

        private boolean checked;

        /** Whether no filter intercepts the failures of later filters. */
        private boolean answers;

        Plan(String name, List<WebFilter> filters) {
            this.name = name;
            this.filters = filters;
            this.traits = new ChainTraits(name, WebFilterKinds.tokens(filters), true);
            this.context = lastIndex(ReactorContextWebFilter.class::isInstance);
            this.ownContexts = filters.stream().anyMatch(WebFilterKinds::hasOwnContexts);
            this.stored = ownContexts ? Origin.OTHER_FILTER : Origin.STORED;
            this.rejections = new ExchangeRejections(filters.stream()
                    .filter(WebFilterKinds::isTokenFilter)
                    .findFirst()
                    .map(this::failureHandler)
                    .orElse(ExchangeRejections.BEARER));
            // If no filter can intercept a failure, the exception handler of the application context responds to it.
            this.answers = !ownOuterFilters.getAsBoolean();
            this.lastTokens = lastIndex(WebFilterKinds::isTokenFilter);
            this.logoutAt = lastIndex(LogoutWebFilter.class::isInstance);
            this.logout = logoutAt < 0
                    ? null
                    : ChainLogout.of((LogoutWebFilter) filters.get(logoutAt), logoutHandler.getObject());
        }

        private int lastIndex(Predicate<WebFilter> which) {
            int last = -1;
            for (int i = 0; i < filters.size(); i++) {
                last = which.test(filters.get(i)) ? i : last;
            }
            return last;
        }

        void add(int i) {
            WebFilter filter = filters.get(i);
            if (i == logoutAt) {
                addLogout();
                return;
            }
            if (filter instanceof AuthorizationWebFilter) {
                end();
            }
            boolean tokens = WebFilterKinds.isTokenFilter(filter);
            boolean own = WebFilterKinds.isOwn(filter) && !tokens && i > context;
            if (own && !checked) {
                addCheck(traits, stored, rejections, true, null);
            }
            AuthenticationWebFilter part = tokens && filter.getClass() == AuthenticationWebFilter.class
                    ? (AuthenticationWebFilter) filter
                    : null;
            if (part == null) {
                result.add(filter);
            }
            // Both handle failures of the rest of the chain, too. A filter of the application may, wherever it is.
            answers &= !WebFilterKinds.isOwn(filter)
                    && (!(filter instanceof AuthenticationWebFilter authenticating)
                            || rejections.answerBehind(authenticating));
            if (tokens) {
                TokenRecorder.install((AuthenticationWebFilter) filter);
                addCheck(
                        new ChainTraits(name, WebFilterKinds.tokens((AuthenticationWebFilter) filter), true),
                        ownFilters ? Origin.OTHER_FILTER : stored,
                        new ExchangeRejections(failureHandler(filter)),
                        !(Fields.read(filter, WebFilterKinds.REPOSITORY)
                                instanceof NoOpServerSecurityContextRepository),
                        part);
            } else if (own) {
                ownFilters = true;
                addCheck(traits, Origin.OTHER_FILTER, rejections, true, null);
            }
            if (i == lastTokens && logoutAt >= 0 && logoutAt < i) {
                result.add(filters.get(logoutAt));
            }
        }

        /** Behind the filters that authenticate tokens, so that it knows whom to log out. */
        private void addLogout() {
            if (lastTokens < logoutAt) {
                if (!checked) {
                    addCheck(traits, stored, rejections, true, null);
                }
                if (!answers) {
                    addAnswers();
                }
                result.add(filters.get(logoutAt));
            }
        }

        /** A rejection is final, even if a filter of the application has continued the chain by another path. */
        void end() {
            if (!answers) {
                addAnswers();
            }
            if (ownFilters || !checked) {
                addCheck(traits, ownFilters ? Origin.OTHER_FILTER : stored, rejections, true, null);
                ownFilters = false;
            }
        }

        private void addAnswers() {
            result.add(new SessionOutageWebFilter(rejections));
            answers = true;
        }

        private void addCheck(
                ChainTraits here,
                Origin otherwise,
                ExchangeRejections responses,
                boolean stores,
                @Nullable AuthenticationWebFilter behind) {
            result.add(new SessionCheckWebFilter(
                    new ExchangeCheck(
                            sessions.getObject(), here, otherwise, responses, outageExemption, logout, stores),
                    ownContexts,
                    !answers,
                    behind));
            answers = true;
            checked = true;
        }

        /** The default of a filter that the application has made is a challenge for passwords. */
        private ServerAuthenticationFailureHandler failureHandler(WebFilter filter) {
            Object read = Fields.read(filter, WebFilterKinds.FAILURE_HANDLER);
            Object handler = read instanceof ExchangeRejections.Answering answering ? answering.own() : read;
            return handler instanceof ServerAuthenticationFailureHandler found
                            && !(found instanceof ServerAuthenticationEntryPointFailureHandler
                                    && Fields.read(found, WebFilterKinds.ENTRY_POINT)
                                            instanceof HttpBasicServerAuthenticationEntryPoint)
                    ? found
                    : ExchangeRejections.BEARER;
        }
    }

    /** Still of the class that applications may inject. */
    private static final class CheckedChain extends MatcherSecurityWebFilterChain {

        private final SecurityWebFilterChain original;

        CheckedChain(SecurityWebFilterChain original, List<WebFilter> filters) {
            super(exchange -> ServerWebExchangeMatcher.MatchResult.notMatch(), filters);
            this.original = original;
        }

        @Override
        public Mono<Boolean> matches(ServerWebExchange exchange) {
            return original.matches(exchange);
        }

        @Override
        public String toString() {
            Object matcher = Fields.read(original, MATCHER);
            // It has no description of its own.
            return matcher != null
                            && matcher.getClass()
                                    == ServerWebExchangeMatchers.anyExchange().getClass()
                    ? "any request"
                    : ChainReports.requests(String.valueOf(matcher));
        }
    }

    /** A chain of another type. Its filters may change, so the checks are added again whenever they do. */
    private static final class CheckedCustomChain implements SecurityWebFilterChain {

        private final SecurityWebFilterChain original;

        private final UnaryOperator<List<WebFilter>> withChecks;

        private volatile Known known = new Known(List.of(), List.of());

        private record Known(List<WebFilter> filters, List<WebFilter> checked) {}

        CheckedCustomChain(SecurityWebFilterChain original, UnaryOperator<List<WebFilter>> withChecks) {
            this.original = original;
            this.withChecks = withChecks;
        }

        @Override
        public Mono<Boolean> matches(ServerWebExchange exchange) {
            return original.matches(exchange);
        }

        @Override
        public Flux<WebFilter> getWebFilters() {
            return original.getWebFilters().collectList().flatMapIterable(filters -> {
                Known last = known;
                if (!last.filters.equals(filters) || last.checked.isEmpty()) {
                    last = new Known(filters, withChecks.apply(filters));
                    known = last;
                }
                return last.checked;
            });
        }

        @Override
        public String toString() {
            return original.getClass().getSimpleName();
        }
    }
}
