// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

/** No JWT, but a cookie and a session in Redis, as Spring Session keeps it by default. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(HelloController.class)
public class SpringSessionApplication {

    /** Starts the application. */
    public static void main(String[] args) throws IOException {
        VariantApplication.run(SpringSessionApplication.class, args);
    }

    @Bean
    SecurityFilterChain chain(HttpSecurity http) {
        return http.csrf(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(requests -> requests.requestMatchers("/login")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .build();
    }

    /** What a form login leaves in the session. */
    @Bean
    Login login() {
        return (user, request) -> {
            User principal = new User(user, "", AuthorityUtils.createAuthorityList("ROLE_USER"));
            HttpSession session = request.getSession();
            session.setAttribute(
                    HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY,
                    new SecurityContextImpl(UsernamePasswordAuthenticationToken.authenticated(
                            principal, null, principal.getAuthorities())));
            return "Cookie: SESSION="
                    + Base64.getEncoder().encodeToString(session.getId().getBytes(StandardCharsets.US_ASCII));
        };
    }
}
