// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.security.chain.Challenges;
import dev.sessiontracking.security.chain.RejectedTokenException;
import dev.sessiontracking.security.chain.StaleLoginException;
import dev.sessiontracking.security.chain.Unavailable;
import dev.sessiontracking.security.reactive.SessionServerLogoutHandler.CrossSiteLogoutException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.PriorityOrdered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.server.resource.web.server.BearerTokenServerAuthenticationEntryPoint;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.ServerAuthenticationEntryPointFailureHandler;
import org.springframework.security.web.server.authentication.ServerAuthenticationFailureHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Writes the response of a rejected request in place, so that no other filter can intercept it.
 *
 * @param unauthorized the failure handler of the chain's token filter: it responds as to an expired token
 */
record ExchangeRejections(ServerAuthenticationFailureHandler unauthorized)
        implements WebExceptionHandler, PriorityOrdered {

    static final ServerAuthenticationFailureHandler BEARER =
            new ServerAuthenticationEntryPointFailureHandler(new BearerTokenServerAuthenticationEntryPoint());

    Mono<Void> write(ServerWebExchange exchange, SessionDecision decision, @Nullable SessionEndReason reason) {
        if (exchange.getResponse().isCommitted()) {
            return Mono.empty();
        }
        if (decision == SessionDecision.UNAVAILABLE) {
            return unavailable(exchange);
        }
        return unauthorized(
                exchange,
                new RejectedTokenException(reason),
                challenges -> reason == null ? null : Challenges.with(reason, challenges));
    }

    /**
     * Responds to a failed request if the store did not answer, even to a call of the application, if its login is too old,
     * or if it was a logout of another site. Passes other failures on.
     */
    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        if (failure instanceof CrossSiteLogoutException) {
            return forbidden(exchange);
        }
        if (exchange.getResponse().isCommitted()) {
            return Mono.error(failure);
        }
        if (Unavailable.isCauseOf(failure)) {
            return unavailable(exchange);
        }
        StaleLoginException stale = Unavailable.cause(failure, StaleLoginException.class);
        return stale == null ? Mono.error(failure) : unauthorized(exchange, stale, stale::challenge);
    }

    /** As an exception handler, it is the first one. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /** @param challenge adds a parameter to what the handler writes */
    private Mono<Void> unauthorized(
            ServerWebExchange exchange,
            AuthenticationException failure,
            Function<List<String>, @Nullable String> challenge) {
        exchange.getResponse()
                .beforeCommit(() -> Mono.fromRunnable(() -> {
                    HttpHeaders headers = exchange.getResponse().getHeaders();
                    String complete = challenge.apply(headers.getOrEmpty(HttpHeaders.WWW_AUTHENTICATE));
                    if (complete != null) {
                        headers.set(HttpHeaders.WWW_AUTHENTICATE, complete);
                    }
                }));
        WebFilterExchange end = new WebFilterExchange(exchange, ended -> Mono.empty());
        // For handlers that continue the chain without an authentication. A rejection is final.
        WebFilterChain instead = continued -> BEARER.onAuthenticationFailure(end, failure);
        return unauthorized
                .onAuthenticationFailure(new WebFilterExchange(exchange, instead), failure)
                .contextWrite(ReactiveSecurityContextHolder.clearContext());
    }

    /**
     * Wraps the failure handler of a filter. Otherwise the filter responds to failures of later filters as to its own.
     *
     * @return whether that is possible
     */
    boolean answerBehind(AuthenticationWebFilter filter) {
        Object handler = Fields.read(filter, WebFilterKinds.FAILURE_HANDLER);
        if (handler instanceof ServerAuthenticationFailureHandler own && !(own instanceof Answering)) {
            filter.setAuthenticationFailureHandler(new Answering(own, this));
        }
        return handler instanceof ServerAuthenticationFailureHandler;
    }

    /** Responds to failures of session tracking, and leaves all others to the filter's own handler. */
    record Answering(ServerAuthenticationFailureHandler own, ExchangeRejections rejections)
            implements ServerAuthenticationFailureHandler {

        @Override
        public Mono<Void> onAuthenticationFailure(WebFilterExchange filterExchange, AuthenticationException failure) {
            return rejections
                    .handle(filterExchange.getExchange(), failure)
                    .onErrorResume(failure::equals, unhandled -> own.onAuthenticationFailure(filterExchange, failure));
        }
    }

    private static Mono<Void> unavailable(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        if (!response.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE)) {
            return Mono.empty();
        }
        byte[] body = Unavailable.body();
        HttpHeaders headers = response.getHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, Unavailable.RETRY_AFTER_SECONDS);
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        headers.setContentLength(body.length);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    private static Mono<Void> forbidden(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        return response.setStatusCode(HttpStatus.FORBIDDEN) ? response.setComplete() : Mono.empty();
    }
}
