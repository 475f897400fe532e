// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.chain.RequestSessions;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.ReactiveAuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.authorization.AuthorizationContext;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Decides by the results of the checks of this exchange. Thread-safe; does not block. */
record LiveSessionReactiveAuthorization(RequestSessions<ServerWebExchange> sessions)
        implements ReactiveSessionAuthorization, ReactiveAuthorizationManager<AuthorizationContext> {

    @Override
    public ReactiveAuthorizationManager<AuthorizationContext> hasLiveSession() {
        return this;
    }

    @Override
    public Mono<AuthorizationResult> authorize(Mono<Authentication> authentication, AuthorizationContext context) {
        RequestSessionState state = ExchangeToken.state(context.getExchange());
        return authentication.flatMap(user -> decide(state, user)).defaultIfEmpty(new AuthorizationDecision(false));
    }

    private Mono<AuthorizationResult> decide(RequestSessionState state, Authentication user) {
        List<SessionClaim> claims = sessions.claims(state, user);
        CompletionStage<Void> later = sessions.prepare(state, claims);
        Mono<AuthorizationResult> decision = Mono.defer(() -> sessions.isLive(state, claims)
                ? Mono.just(sessions.requireLive(state, user))
                : BlockingCalls.callFor(user, () -> sessions.requireLive(state, user)));
        return later == null
                ? decision
                : Mono.fromCompletionStage(later)
                        .publishOn(Schedulers.parallel())
                        .then(decision);
    }
}
