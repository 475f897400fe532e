// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.chain.RecentLogin;
import java.time.Clock;
import java.time.Duration;
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

    /**
     * Grants access if the user has given credentials recently, according to the claim {@code auth_time} of the token
     * (step-up, RFC 9470). Otherwise the response is 401 with {@code error="insufficient_user_authentication"} and
     * {@code max_age}: the client lets the user log in again and repeats the request with the new token. A token without
     * {@code auth_time}, or with one that is more than a minute in the future, is not recent. The rule sends no command, and
     * also works while session tracking is off; the response then has no {@code max_age}.
     *
     * <p>The rule throws instead of denying, so it cannot be an alternative in {@code anyOf}. In method security:
     * {@code @PreAuthorize("@sessionTrackingSessionAuthorization.authenticatedWithin(T(java.time.Duration).ofMinutes(5))")}.
     *
     * @param maxAge at least one second
     * @return a thread-safe manager for requests and method calls
     */
    default <T> AuthorizationManager<T> authenticatedWithin(Duration maxAge) {
        RecentLogin rule = new RecentLogin(maxAge, Clock.systemUTC());
        return (authentication, object) -> rule.decide(authentication.get());
    }
}
