// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.chain.RecentLogin;
import java.time.Clock;
import java.time.Duration;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.ReactiveAuthorizationManager;
import org.springframework.security.web.server.authorization.AuthorizationContext;

/**
 * Authorization rules for sessions in a WebFlux application. Inject it into the method that builds the filter chain:
 *
 * <pre>{@code
 * SecurityWebFilterChain api(ServerHttpSecurity http, ReactiveSessionAuthorization sessions) {
 *     return http.authorizeExchange(exchanges -> exchanges
 *                     .pathMatchers("/transfers").access(sessions.hasLiveSession())
 *                     .anyExchange().authenticated())
 *             .oauth2ResourceServer(server -> server.jwt(withDefaults())).build();
 * }
 * }</pre>
 */
public interface ReactiveSessionAuthorization {

    /**
     * Grants access to requests whose token names a session that is verified to be live. During an outage, the response
     * is 503 under either outage policy. A token that names no session of this application is denied. The rule uses the
     * result of the check in the filter chain, so it needs no round trip.
     *
     * @return a thread-safe manager
     * @throws dev.sessiontracking.autoconfigure.SessionTrackingSetupException if session tracking is off
     */
    ReactiveAuthorizationManager<AuthorizationContext> hasLiveSession();

    /**
     * Grants access if the user has given credentials recently, according to the claim {@code auth_time} of the token
     * (step-up, RFC 9470). Otherwise the response is 401 with {@code error="insufficient_user_authentication"} and
     * {@code max_age}, written by the entry point of the chain's token filter. What
     * {@link dev.sessiontracking.security.servlet.SessionAuthorization#authenticatedWithin} says of tokens holds here, too.
     *
     * <p>In method security:
     * {@code @PreAuthorize("@sessionTrackingReactiveSessionAuthorization.authenticatedWithin(T(java.time.Duration).ofMinutes(5))")}.
     *
     * @param maxAge at least one second
     * @return a thread-safe manager for requests and method calls. Its result is an error instead of a denial
     */
    default <T> ReactiveAuthorizationManager<T> authenticatedWithin(Duration maxAge) {
        RecentLogin rule = new RecentLogin(maxAge, Clock.systemUTC());
        return (authentication, object) ->
                authentication.<AuthorizationResult>map(rule::decide).defaultIfEmpty(new AuthorizationDecision(false));
    }
}
