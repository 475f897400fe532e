// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/** The filters that authenticate tokens, and the check behind them. */
@ExtendWith(EventLoopGuard.class)
class TokenFilterTests {

    private static FluxServer server;

    private static RecordingSessions sessions;

    @BeforeAll
    static void start() {
        server = FluxServer.start(
                Map.of(FluxApplication.ON, FluxApplication.URL), FluxApplication.class, Application.class);
        sessions = server.bean(RecordingSessions.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void successHandlerThatContinuesAsSomebodyElseIsChecked() {
        String live = TestIssuer.get().token(sessions.begin());

        assertThat(as(live, live)).isEqualTo(200);
        assertThat(as(live, TestIssuer.get().token("revoked"))).isEqualTo(401);
    }

    private static int as(String token, String other) {
        return server.call(
                        "GET",
                        "/impersonate/me",
                        request -> request.header("Authorization", "Bearer " + token)
                                .header("X-As", other))
                .statusCode();
    }

    @Test
    void authenticationThatNeedsTheStoreFailsWith503DuringAnOutage() {
        HttpResponse<String> response =
                server.call("GET", "/asking/me", TestIssuer.get().token(sessions.begin()));

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).contains("5");
    }

    /** WebFlux asks each filter for its text in each request. */
    @Test
    void ourFiltersHaveAConstantAsTheirText() {
        List<WebFilter> filters = new ArrayList<>(List.of(
                new SessionOutageWebFilter(new ExchangeRejections(ExchangeRejections.BEARER)),
                new BackChannelLogoutWebFilter("/", (one, other) -> one)));
        server.context()
                .getBeansOfType(SecurityWebFilterChain.class)
                .values()
                .forEach(chain -> filters.addAll(SessionWebFilterChains.filters(chain)));

        assertThat(filters)
                .filteredOn(filter -> filter.getClass().getName().startsWith("dev.sessiontracking"))
                .hasAtLeastOneElementOfType(SessionCheckWebFilter.class)
                .allSatisfy(filter -> assertThat(filter.toString())
                        .isSameAs(filter.toString())
                        .isEqualTo(filter.getClass().getSimpleName()));
    }

    @Configuration(proxyBeanMethods = false)
    static class Application {

        /** Continues with the authentication of another token, as an administrator who acts for a user does. */
        @Bean
        @Order(1)
        SecurityWebFilterChain impersonate(ServerHttpSecurity http) {
            AuthenticationWebFilter filter = FluxShapes.authenticationFilter();
            filter.setAuthenticationSuccessHandler((filterExchange, made) -> FluxShapes.decoder()
                    .decode(filterExchange
                            .getExchange()
                            .getRequest()
                            .getHeaders()
                            .getOrEmpty("X-As")
                            .get(0))
                    .flatMap(jwt -> filterExchange
                            .getChain()
                            .filter(filterExchange.getExchange())
                            .contextWrite(ReactiveSecurityContextHolder.withAuthentication(
                                    new JwtAuthenticationToken(jwt, List.of())))));
            return chain(http, "/impersonate/**", filter);
        }

        @Bean
        @Order(2)
        SecurityWebFilterChain asking(ServerHttpSecurity http) {
            AuthenticationWebFilter filter = new AuthenticationWebFilter((ReactiveAuthenticationManager)
                    token -> Mono.error(new SessionStoreUnavailableException("down", null)));
            filter.setServerAuthenticationConverter(new ServerBearerTokenAuthenticationConverter());
            return chain(http, "/asking/**", filter);
        }

        private static SecurityWebFilterChain chain(
                ServerHttpSecurity http, String paths, AuthenticationWebFilter filter) {
            return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers(paths))
                    .authorizeExchange(exchanges -> exchanges.anyExchange().authenticated())
                    .addFilterAt(filter, SecurityWebFiltersOrder.AUTHENTICATION)
                    .build();
        }
    }
}
