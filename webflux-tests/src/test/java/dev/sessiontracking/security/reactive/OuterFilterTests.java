// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Applications whose filters authenticate behind all chains, as many gateways do, or within a chain and behind it. */
@ExtendWith(EventLoopGuard.class)
class OuterFilterTests {

    private static FluxServer server;

    private static FluxServer plain;

    private static RecordingSessions sessions;

    @BeforeAll
    static void start() {
        server = FluxServer.start(
                Map.of(FluxApplication.ON, FluxApplication.URL), FluxApplication.class, Application.class);
        plain = FluxServer.start(Map.of(FluxApplication.ON, FluxApplication.URL), FluxApplication.class, Chain.class);
        sessions = server.bean(RecordingSessions.class);
    }

    @AfterAll
    static void stop() {
        server.close();
        plain.close();
    }

    @AfterEach
    void recover() {
        sessions.recover();
        FluxShapes.SEEN.clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ordered", "/unordered", "/reporting", "/twice"})
    void tokenThatIsVerifiedBehindTheChainsIsChecked(String path) {
        String session = sessions.begin();
        String live = TestIssuer.get().token(session);

        assertThat(server.call("GET", path + "/me", live).body()).isEqualTo("alice");
        assertThat(sessions.lookups(session)).isEqualTo(1);
        assertThat(server.call("GET", path + "/me", request -> {}).body()).isEqualTo("nobody");

        HttpResponse<String> revoked =
                server.call("GET", path + "/me", TestIssuer.get().token("revoked"));
        assertThat(revoked.statusCode()).isEqualTo(401);
        assertThat(revoked.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("invalid_token");
        sessions.goDown(OutagePolicy.REJECT);
        assertThat(server.call("GET", path + "/me", live).statusCode()).isEqualTo(503);
        sessions.goDown(OutagePolicy.PLAIN_JWT);
        assertThat(server.call("GET", path + "/me", live).statusCode()).isEqualTo(200);
    }

    @Test
    void withoutSuchFiltersThereIsNoFurtherCheck() {
        assertThat(List.of(server, plain))
                .extracting(each -> each.context().getBean("sessionTrackingLastCheck") instanceof SessionCheckWebFilter)
                .containsExactly(true, false);
    }

    private static WebFilter only(String path, WebFilter filter) {
        return (exchange, chain) -> exchange.getRequest().getPath().value().startsWith(path)
                ? filter.filter(exchange, chain)
                : chain.filter(exchange);
    }

    /** A bean that is also a filter of a chain: runs within the chain, and again behind it. */
    static final class TwiceFilter implements WebFilter {

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            return exchange.getRequest().getPath().value().startsWith("/twice")
                    ? FluxShapes.writeContext(exchange, chain)
                    : chain.filter(exchange);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Chain {

        @Bean
        SecurityWebFilterChain everybody(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Application extends Chain {

        @Bean
        @Order(0)
        SecurityWebFilterChain twice(ServerHttpSecurity http, TwiceFilter filter) {
            return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/twice/**"))
                    .authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                    .addFilterAt(filter, SecurityWebFiltersOrder.AUTHENTICATION)
                    .build();
        }

        @Bean
        TwiceFilter twiceFilter() {
            return new TwiceFilter();
        }

        @Bean
        @Order(0)
        WebFilter orderedFilter() {
            return only("/ordered", FluxShapes::writeContext);
        }

        @Bean
        WebFilter unorderedFilter() {
            return only("/unordered", FluxShapes::writeContext);
        }

        @Bean
        WebFilter reportingFilter() {
            return only("/reporting", FluxShapes::writeHiddenContext);
        }
    }
}
