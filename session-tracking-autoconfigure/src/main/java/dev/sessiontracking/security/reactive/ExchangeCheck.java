// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.security.chain.ChainTraits;
import dev.sessiontracking.security.chain.RequestSessions;
import dev.sessiontracking.security.chain.RequestSessions.Origin;
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

    /**
     * The check of one authentication.
     *
     * @param kept whether the authentication may be in the WebSession
     * @param earlier whether an earlier request has stored it there
     */
    private record Attempt(
            ServerWebExchange exchange,
            RequestSessionState state,
            Authentication authentication,
            boolean kept,
            boolean earlier,
            WebFilterChain chain) {}

    /** Continues the chain if the sessions of this authentication are accepted. Otherwise writes the response. */
    Mono<Void> filter(ServerWebExchange exchange, Authentication authentication, WebFilterChain chain) {
        RequestSessionState state = ExchangeToken.state(exchange);
        SessionDecision rejection = state.rejection();
        if (rejection == null && state.isAccepted(authentication)) {
            return chain.filter(exchange);
        }
        Origin origin = origin(state);
        Attempt attempt = new Attempt(
                exchange,
                state,
                authentication,
                stores || origin != Origin.TOKEN_FILTER,
                origin == Origin.STORED,
                chain);
        if (rejection != null) {
            return authentication instanceof AnonymousAuthenticationToken
                    ? chain.filter(exchange)
                    : reject(attempt, rejection);
        }
        return origin == Origin.STORED && authentication.getClass() != JwtAuthenticationToken.class
                ? ExchangeReader.load(exchange).then(Mono.defer(() -> examine(attempt, origin)))
                : examine(attempt, origin);
    }

    private Origin origin(RequestSessionState state) {
        if (!state.presented().isEmpty()) {
            return Origin.TOKEN_FILTER;
        }
        return state.hasOtherCredentials() ? Origin.OTHER_FILTER : otherwise;
    }

    private Mono<Void> examine(Attempt attempt, Origin origin) {
        RequestSessionState state = attempt.state();
        if (!sessions.examine(state, attempt.authentication(), origin, traits, attempt.exchange())) {
            return report(attempt, () -> {
                        boolean rejects = sessions.rejectsUndetermined();
                        if (rejects) {
                            state.reject(SessionDecision.UNUSABLE, null);
                        }
                        return rejects ? SessionDecision.UNUSABLE : SessionDecision.UNVERIFIED;
                    })
                    .flatMap(decision -> decided(attempt, decision));
        }
        CompletionStage<Void> later = sessions.prepare(state, state.lastClaims());
        return later == null
                ? decide(attempt)
                : Mono.fromCompletionStage(later)
                        .publishOn(Schedulers.parallel())
                        .then(Mono.defer(() -> decide(attempt)));
    }

    private Mono<Void> decide(Attempt attempt) {
        RequestSessionState state = attempt.state();
        if (sessions.isAcceptable(state, state.lastClaims())) {
            return decided(attempt, sessions.decide(state));
        }
        return logsOut(attempt)
                .flatMap(done -> done
                        ? Mono.empty()
                        : outageExemption
                                .matches(attempt.exchange())
                                .doOnNext(match -> state.exemptFromOutage(any -> match.isMatch(), attempt.exchange()))
                                .then(Mono.defer(() -> report(attempt, () -> decideFinally(state))))
                                .flatMap(decision -> decided(attempt, decision)));
    }

    private SessionDecision decideFinally(RequestSessionState state) {
        SessionDecision decision = sessions.decide(state);
        if (!decision.isAccepted()) {
            state.reject(decision, sessions.endReason(state));
        }
        return decision;
    }

    private Mono<Void> decided(Attempt attempt, SessionDecision decision) {
        if (!decision.isAccepted()) {
            return reject(attempt, decision);
        }
        attempt.state().accept();
        Mono<Void> rest = attempt.chain().filter(attempt.exchange());
        return attempt.kept() && !attempt.state().hiddenClaims().isEmpty()
                ? ExchangeReader.store(attempt.exchange(), attempt.state()).then(rest)
                : rest;
    }

    /** A decision that may notify listeners. If nobody can be notified any more, the request is not accepted. */
    private static Mono<SessionDecision> report(Attempt attempt, Callable<SessionDecision> decision) {
        return BlockingCalls.callFor(attempt.authentication(), decision)
                .onErrorReturn(RejectedExecutionException.class, SessionDecision.UNAVAILABLE);
    }

    /** An ended session can be logged out again, and an outage never prevents a logout. */
    private Mono<Boolean> logsOut(Attempt attempt) {
        return logout == null ? Mono.just(false) : logout.handles(attempt.exchange(), attempt.authentication());
    }

    private Mono<Void> reject(Attempt attempt, SessionDecision decision) {
        Mono<Void> response = Mono.defer(() ->
                rejections.write(attempt.exchange(), decision, attempt.state().endReason()));
        // An outage ends no login that was stored before it.
        boolean staysStored = attempt.earlier() && decision == SessionDecision.UNAVAILABLE;
        return attempt.kept() && !staysStored
                ? ExchangeReader.remove(attempt.exchange(), attempt.authentication())
                        .then(response)
                : response;
    }
}
