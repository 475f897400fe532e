// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.chain;

import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import dev.sessiontracking.security.servlet.SessionTrackingServletSecurityAutoConfiguration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.context.servlet.AnnotationConfigServletWebApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;

/** The chain of a servlet application. */
final class ServletChain extends MeasuredChain {

    private static final ServletContext SERVLET_CONTEXT = new MockServletContext();

    private final FilterChainProxy chain;

    ServletChain(String name, int sessions, @Nullable RedisProcess redis) {
        super(
                name,
                sessions,
                redis,
                new SpringApplicationBuilder(ResourceServer.class)
                        .contextFactory(type -> new AnnotationConfigServletWebApplicationContext())
                        .initializers((ApplicationContextInitializer<AnnotationConfigServletWebApplicationContext>)
                                created -> created.setServletContext(SERVLET_CONTEXT)));
        this.chain = context().getBean(FilterChainProxy.class);
    }

    @Override
    int exchange(String authorization) throws ServletException, IOException {
        MockHttpServletRequest request = new MockHttpServletRequest(SERVLET_CONTEXT, "GET", "/hello");
        request.setServletPath("/hello");
        request.addHeader("Authorization", authorization);
        MockHttpServletResponse response = new MockHttpServletResponse();
        chain.doFilter(request, response, (rq, rs) -> {});
        return response.getStatus();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    @ImportAutoConfiguration({
        RedisSessionStoreAutoConfiguration.class,
        SessionTrackingAutoConfiguration.class,
        SessionTrackingJwtAutoConfiguration.class,
        SessionTrackingServletSecurityAutoConfiguration.class
    })
    static class ResourceServer {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                    .oauth2ResourceServer(server -> server.jwt(jwt -> {}))
                    .build();
        }

        @Bean
        JwtDecoder decoder() {
            return NimbusJwtDecoder.withSecretKey(KEY).build();
        }
    }
}
