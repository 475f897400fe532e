// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

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
}
