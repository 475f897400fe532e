// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/**
 * Authorization rules for sessions. Inject it into the method that builds the filter chain:
 *
 * <pre>{@code
 * SecurityFilterChain api(HttpSecurity http, SessionAuthorization sessions) {
 *     http.authorizeHttpRequests(requests -> requests
 *             .requestMatchers("/transfers").access(sessions.hasLiveSession())
 *             .anyRequest().authenticated());
 *     return http.oauth2ResourceServer(server -> server.jwt(withDefaults())).build();
 * }
 * }</pre>
 */
public interface SessionAuthorization {

    /**
     * Grants access to requests whose token names a session that is verified to be live. During an outage, the response
     * is 503 under either outage policy. A token that names no session of this application is denied. The rule uses the
     * result of the check in the filter chain, so it needs no round trip.
     *
     * @return a thread-safe manager
     * @throws dev.sessiontracking.autoconfigure.SessionTrackingSetupException if session tracking is off
     */
    AuthorizationManager<RequestAuthorizationContext> hasLiveSession();
}
