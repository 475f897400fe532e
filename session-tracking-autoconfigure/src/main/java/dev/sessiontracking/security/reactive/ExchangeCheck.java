// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.SessionDecision;
import dev.sessiontracking.security.chain.ChainTraits;
import dev.sessiontracking.security.chain.RequestSessions;
import dev.sessiontracking.security.chain.TokenFinder.Origin;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The session check behind one filter of a chain. What memory can answer is answered on the calling thread. The answer of
 * the store arrives on a thread that is not the store's. Listeners run on threads that may block. Thread-safe.
 *
 * @param otherwise the origin of an authentication that no token filter has made
 * @param outageExemption the requests that are accepted unverified under either outage policy
 * @param logout the logout of the chain, if it has one
 * @param stores whether an authentication of the filter in front may be stored in the WebSession
 */
record ExchangeCheck(
        RequestSessions<ServerWebExchange> sessions,
        ChainTraits traits,
        Origin otherwise,
        ExchangeRejections rejections,
        ServerWebExchangeMatcher outageExemption,
        @Nullable ChainLogout logout,
        boolean stores) {

    /** Continues the chain if the sessions of this authentication are accepted. Otherwise writes the response. */
    Mono<Void> filter(ServerWebExchange exchange, Authentication authentication, WebFilterChain chain) {
        RequestSessionState state = ExchangeToken.state(exchange);
        SessionDecision rejection = state.rejection();
        if (rejection != null) {
            return authentication instanceof AnonymousAuthenticationToken
                    ? chain.filter(exchange)
                    : reject(exchange, state, authentication, rejection);
        }
        if (state.isAccepted(authentication)) {
            return chain.filter(exchange);
        }
        Origin origin = origin(state);
        return origin == Origin.STORED && authentication.getClass() != JwtAuthenticationToken.class
                ? ExchangeReader.load(exchange)
                        .then(Mono.defer(() -> examine(exchange, state, authentication, origin, chain)))
                : examine(exchange, state, authentication, origin, chain);
    }

    private Origin origin(RequestSessionState state) {
        if (!state.presented().isEmpty()) {
            return Origin.TOKEN_FILTER;
        }
        return state.hasOtherCredentials() ? Origin.OTHER_FILTER : otherwise;
    }

    private Mono<Void> examine(
            ServerWebExchange exchange,
            RequestSessionState state,
            Authentication authentication,
            Origin origin,
            WebFilterChain chain) {
        if (!sessions.examine(state, authentication, origin, traits, exchange)) {
            return report(authentication, () -> {
                        boolean rejects = sessions.rejectsUndetermined();
                        if (rejects) {
                            state.reject(SessionDecision.UNUSABLE, null);
                        }
                        return rejects ? SessionDecision.UNUSABLE : SessionDecision.UNVERIFIED;
                    })
                    .flatMap(decision -> decided(exchange, state, authentication, decision, chain));
        }
        List<SessionClaim> claims = state.lastClaims();
        CompletionStage<Void> later = sessions.prepare(state, claims);
        return later == null
                ? decide(exchange, state, authentication, chain)
                : Mono.fromCompletionStage(later)
                        .publishOn(Schedulers.parallel())
                        .then(Mono.defer(() -> decide(exchange, state, authentication, chain)));
    }

    private Mono<Void> decide(
            ServerWebExchange exchange,
            RequestSessionState state,
            Authentication authentication,
            WebFilterChain chain) {
        if (sessions.isAcceptable(state, state.lastClaims())) {
            return decided(exchange, state, authentication, sessions.decide(state), chain);
        }
        return logsOut(exchange, authentication)
                .flatMap(done -> done
                        ? Mono.empty()
                        : outageExemption
                                .matches(exchange)
                                .doOnNext(match -> state.exemptFromOutage(any -> match.isMatch(), exchange))
                                .then(Mono.defer(() -> report(authentication, () -> decideFinally(state))))
                                .flatMap(decision -> decided(exchange, state, authentication, decision, chain)));
    }

    private SessionDecision decideFinally(RequestSessionState state) {
        SessionDecision decision = sessions.decide(state);
        if (!decision.isAccepted()) {
            state.reject(decision, sessions.endReason(state));
        }
        return decision;
    }

    private Mono<Void> decided(
            ServerWebExchange exchange,
            RequestSessionState state,
            Authentication authentication,
            SessionDecision decision,
            WebFilterChain chain) {
        return decision.isAccepted()
                ? accept(exchange, state, chain)
                : reject(exchange, state, authentication, decision);
    }

    /** A decision that may notify listeners. If nobody can be notified any more, the request is not accepted. */
    private static Mono<SessionDecision> report(Authentication authentication, Callable<SessionDecision> decision) {
        return BlockingCalls.callFor(authentication, decision)
                .onErrorReturn(RejectedExecutionException.class, SessionDecision.UNAVAILABLE);
    }

    private Mono<Void> accept(ServerWebExchange exchange, RequestSessionState state, WebFilterChain chain) {
        state.accept();
        return stores && !state.hiddenClaims().isEmpty()
                ? ExchangeReader.store(exchange, state).then(chain.filter(exchange))
                : chain.filter(exchange);
    }

    /** An ended session can be logged out again, and an outage never prevents a logout. */
    private Mono<Boolean> logsOut(ServerWebExchange exchange, Authentication authentication) {
        return logout == null ? Mono.just(false) : logout.handles(exchange, authentication);
    }

    private Mono<Void> reject(
            ServerWebExchange exchange,
            RequestSessionState state,
            Authentication authentication,
            SessionDecision decision) {
        Mono<Void> response = Mono.defer(() -> rejections.write(exchange, decision, state.endReason()));
        return stores ? ExchangeReader.remove(exchange, authentication).then(response) : response;
    }
}
