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
     * Grants access to requests whose token names a session that is verified to be live. An unverified check, as in an
     * outage, answers 503 under either outage policy. A token that names no session of this application is denied. The check that the request went through already is used, so this costs no round trip.
     *
     * @return a thread-safe manager
     * @throws dev.sessiontracking.autoconfigure.SessionTrackingSetupException when session tracking is off: no check
     *     would ever be verified
     */
    AuthorizationManager<RequestAuthorizationContext> hasLiveSession();
}
