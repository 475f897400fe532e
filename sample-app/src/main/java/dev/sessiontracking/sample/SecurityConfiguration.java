// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.servlet.SessionAuthorization;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.authentication.configuration.AuthenticationConfiguration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.server.resource.web.BearerTokenAuthenticationEntryPoint;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.AndRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.util.StringUtils;

/** An ordinary resource server: the starter adds its checks by itself. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    @Bean
    SecurityFilterChain securityFilterChain(
            HttpSecurity http, SessionAuthorization sessions, ObjectProvider<SessionTrackingJwtValidator> revocation) {
        return http.csrf(AbstractHttpConfigurer::disable) // no cookies, so nothing a browser would send by itself
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers(HttpMethod.POST, "/login", "/refresh", "/logout")
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/", "/demo.css", "/demo.js", "/demo/redis")
                        .permitAll()
                        .requestMatchers("/actuator/health/**")
                        .permitAll()
                        .requestMatchers("/admin/**", "/actuator/**", "/demo/**")
                        .hasRole("ADMIN")
                        .requestMatchers("/me/confirmation")
                        .access(sessions.authenticatedWithin(Duration.ofMinutes(5)))
                        .anyRequest()
                        .authenticated())
                .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults())
                        .authenticationEntryPoint(bearerChallengeWithBody())
                        .accessDeniedHandler(
                                (request, response, denied) -> response.sendError(HttpStatus.FORBIDDEN.value())))
                .logout(logout -> logout.logoutRequestMatcher(
                        revocation.getIfAvailable() == null ? request -> false : logoutWithAccessToken()))
                .build();
    }

    /** {@code sendError} lets {@link ProblemErrorController} write the body. */
    private static AuthenticationEntryPoint bearerChallengeWithBody() {
        BearerTokenAuthenticationEntryPoint challenge = new BearerTokenAuthenticationEntryPoint();
        return (request, response, refused) -> {
            challenge.commence(request, response, refused);
            response.sendError(response.getStatus());
        };
    }

    /**
     * Without an access token, {@code POST /logout} is for {@link LoginController}, which takes a refresh token. While
     * session tracking is off it gets every logout: the default one redirects to a login page, which an API has not.
     */
    private static RequestMatcher logoutWithAccessToken() {
        return new AndRequestMatcher(
                PathPatternRequestMatcher.withDefaults().matcher(HttpMethod.POST, "/logout"),
                request -> StringUtils.startsWithIgnoreCase(request.getHeader(HttpHeaders.AUTHORIZATION), "Bearer "));
    }

    @Bean
    UserDetailsService users(PasswordEncoder encoder) {
        return new InMemoryUserDetailsManager(
                user("alice", "USER", encoder), user("bob", "USER", encoder), user("admin", "ADMIN", encoder));
    }

    private static UserDetails user(String name, String role, PasswordEncoder encoder) {
        return User.withUsername(name)
                .password(encoder.encode("password"))
                .roles(role)
                .build();
    }

    @Bean
    PasswordEncoder passwordEncoder() {
        return PasswordEncoderFactories.createDelegatingPasswordEncoder();
    }

    /** Checks passwords; takes as long for a name that does not exist as for a wrong password. */
    @Bean
    AuthenticationManager authenticationManager(AuthenticationConfiguration configuration) {
        return configuration.getAuthenticationManager();
    }
}
