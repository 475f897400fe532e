// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.security.SessionDecision;
import dev.sessiontracking.security.chain.EndReasonChallenge;
import dev.sessiontracking.security.chain.RejectedTokenException;
import dev.sessiontracking.security.chain.Unavailable;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.ServerAuthenticationFailureHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Writes the response of a rejected request in place, so that no other filter can intercept it.
 *
 * @param unauthorized the failure handler of the chain's token filter: it responds as to an expired token
 */
record ExchangeRejections(ServerAuthenticationFailureHandler unauthorized) {

    Mono<Void> write(ServerWebExchange exchange, SessionDecision decision, @Nullable SessionEndReason reason) {
        if (exchange.getResponse().isCommitted()) {
            return Mono.empty();
        }
        if (decision == SessionDecision.UNAVAILABLE) {
            return unavailable(exchange);
        }
        WebFilterChain end = ended -> Mono.empty();
        if (reason != null) {
            exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(() -> addEndReason(exchange, reason)));
        }
        return unauthorized
                .onAuthenticationFailure(new WebFilterExchange(exchange, end), new RejectedTokenException(reason))
                .contextWrite(ReactiveSecurityContextHolder.clearContext());
    }

    private static void addEndReason(ServerWebExchange exchange, SessionEndReason reason) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        String challenge = EndReasonChallenge.of(reason, headers.getOrEmpty(HttpHeaders.WWW_AUTHENTICATE));
        if (challenge != null) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, challenge);
        }
    }

    static Mono<Void> unavailable(ServerWebExchange exchange) {
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

    static Mono<Void> forbidden(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        return response.setStatusCode(HttpStatus.FORBIDDEN) ? response.setComplete() : Mono.empty();
    }
}
