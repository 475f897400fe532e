// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.chain;

import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import dev.sessiontracking.security.reactive.SessionTrackingReactiveSecurityAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.context.reactive.AnnotationConfigReactiveWebApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebHandler;
import org.springframework.web.server.handler.FilteringWebHandler;
import reactor.core.publisher.Mono;

/** All filters of a WebFlux application, in front of a handler that does nothing. */
final class WebFluxChain extends MeasuredChain {

    private final WebHandler filters;

    WebFluxChain(String name, int sessions, @Nullable RedisProcess redis) {
        super(
                name,
                sessions,
                redis,
                new SpringApplicationBuilder(ResourceServer.class)
                        .web(WebApplicationType.REACTIVE)
                        .contextFactory(type -> new AnnotationConfigReactiveWebApplicationContext()));
        this.filters = new FilteringWebHandler(
                exchange -> Mono.empty(),
                context().getBeanProvider(WebFilter.class).orderedStream().toList());
    }

    @Override
    int exchange(String authorization) {
        MockServerWebExchange exchange =
                MockServerWebExchange.from(MockServerHttpRequest.get("/hello").header("Authorization", authorization));
        filters.handle(exchange).block();
        return exchange.getResponse().getStatusCode() == null
                ? 200
                : exchange.getResponse().getStatusCode().value();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebFluxSecurity
    @ImportAutoConfiguration({
        RedisSessionStoreAutoConfiguration.class,
        SessionTrackingAutoConfiguration.class,
        SessionTrackingJwtAutoConfiguration.class,
        SessionTrackingReactiveSecurityAutoConfiguration.class
    })
    static class ResourceServer {

        @Bean
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
                    .requestCache(ServerHttpSecurity.RequestCacheSpec::disable)
                    .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
                    .authorizeExchange(exchanges -> exchanges.anyExchange().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(jwt -> {}))
                    .build();
        }

        @Bean
        ReactiveJwtDecoder decoder() {
            return NimbusReactiveJwtDecoder.withSecretKey(KEY)
                    .macAlgorithm(MacAlgorithm.HS256)
                    .build();
        }
    }
}
