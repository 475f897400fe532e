package dev.sessiontracking.security.servlet;

import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/**
 * Authorization rules about sessions. Inject it where the filter chain is built:
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
     * Grants access to requests whose token names a session that is proven to live, for what must never run on less.
     * Without proof, as in an outage, the answer is 503 under either outage policy; a token that names no session of
     * ours is denied. The check that the request went through already is used, so this costs no round trip.
     *
     * @return a thread-safe manager
     * @throws dev.sessiontracking.autoconfigure.SessionTrackingSetupException when session tracking is off: there would
     *     never be any proof
     */
    AuthorizationManager<RequestAuthorizationContext> hasLiveSession();
}
