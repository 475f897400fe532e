// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.security.config.web.server.SecurityWebFiltersOrder.AUTHENTICATION;
import static org.springframework.security.config.web.server.SecurityWebFiltersOrder.AUTHORIZATION;
import static org.springframework.security.config.web.server.SecurityWebFiltersOrder.HTTP_BASIC;
import static org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers.pathMatchers;

import dev.sessiontracking.security.TestIssuer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authorization.AuthenticatedReactiveAuthorizationManager;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.server.resource.authentication.JwtIssuerReactiveAuthenticationManagerResolver;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.web.server.BearerTokenServerAuthenticationEntryPoint;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.MatcherSecurityWebFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.DelegatingServerAuthenticationConverter;
import org.springframework.security.web.server.authentication.HttpStatusServerEntryPoint;
import org.springframework.security.web.server.authentication.ServerHttpBasicAuthenticationConverter;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.authorization.AuthorizationWebFilter;
import org.springframework.security.web.server.authorization.ExceptionTranslationWebFilter;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.context.ReactorContextWebFilter;
import org.springframework.security.web.server.context.SecurityContextServerWebExchangeWebFilter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The ways in which WebFlux applications accept JWTs. Each has a filter chain of one application. */
enum FluxShape {
    USER_DECODER(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))),
    INLINE_DECODER(
            http -> http.oauth2ResourceServer(server -> server.jwt(jwt -> jwt.jwtDecoder(FluxShapes.decoder())))),
    INLINE_MANAGER(http ->
            http.oauth2ResourceServer(server -> server.jwt(jwt -> jwt.authenticationManager(FluxShapes.manager())))),
    MANAGER_RESOLVER(http -> http.oauth2ResourceServer(
            server -> server.authenticationManagerResolver(exchange -> Mono.just(FluxShapes.manager())))),
    MULTI_ISSUER(http -> http.oauth2ResourceServer(server ->
            server.authenticationManagerResolver(JwtIssuerReactiveAuthenticationManagerResolver.fromTrustedIssuers(
                    TestIssuer.get().uri())))),
    HIDING_CONVERTER(http ->
            http.oauth2ResourceServer(server -> server.jwt(jwt -> jwt.jwtAuthenticationConverter(FluxShapes::hidden)))),
    HIDING_MANAGER(http -> http.oauth2ResourceServer(server -> server.jwt(jwt -> jwt.authenticationManager(
            token -> FluxShapes.manager().authenticate(token).map(FluxShapes::hidden))))),
    HIDING_CONVERTER_WITH_COOKIE(http ->
            http.oauth2ResourceServer(server -> server.bearerTokenConverter(FluxShapes::fromCookie)
                    .jwt(jwt -> jwt.jwtAuthenticationConverter(FluxShapes::hidden)))) {
        @Override
        void authenticate(HttpRequest.Builder request, URI target, String token) {
            request.header("Cookie", "token=" + token);
        }
    },
    COOKIE_TO_HEADER(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))) {
        @Override
        void authenticate(HttpRequest.Builder request, URI target, String token) {
            request.header("Cookie", "token=" + token);
        }
    },
    QUERY(http -> {
        ServerBearerTokenAuthenticationConverter converter = new ServerBearerTokenAuthenticationConverter();
        converter.setAllowUriQueryParameter(true);
        http.oauth2ResourceServer(
                server -> server.bearerTokenConverter(converter).jwt(withDefaults()));
    }) {
        @Override
        void authenticate(HttpRequest.Builder request, URI target, String token) {
            // Spring Security accepts it for GET only.
            if (target.getPath().endsWith("me")) {
                request.uri(URI.create(target + "?access_token=" + token));
            } else {
                super.authenticate(request, target, token);
            }
        }
    },
    OPAQUE(http -> http.oauth2ResourceServer(server ->
            server.opaqueToken(opaque -> opaque.introspector(token -> FluxShapes.decoder()
                    .decode(token)
                    .map(jwt -> new OAuth2IntrospectionAuthenticatedPrincipal(
                            "alice", Map.of("active", true), List.of())))))),
    FORM_LOGIN_AND_BASIC_BESIDE(http -> http.formLogin(withDefaults())
            .httpBasic(withDefaults())
            .oauth2ResourceServer(server -> server.jwt(withDefaults()))),
    OWN_AUTHENTICATION_FILTER(http -> http.addFilterAt(FluxShapes.authenticationFilter(), AUTHENTICATION)),
    OWN_AUTHENTICATION_FILTER_BEFORE_AUTHORIZATION(
            http -> http.addFilterBefore(FluxShapes.authenticationFilter(), AUTHORIZATION)),
    FAILURES_THAT_CONTINUE(http -> {
        AuthenticationWebFilter filter = FluxShapes.authenticationFilter();
        filter.setAuthenticationFailureHandler(
                (failed, exception) -> failed.getChain().filter(failed.getExchange()));
        http.addFilterAt(filter, AUTHENTICATION)
                .exceptionHandling(
                        handling -> handling.authenticationEntryPoint(new BearerTokenServerAuthenticationEntryPoint()));
    }),
    SEVERAL_CONVERTERS(http -> {
        AuthenticationWebFilter filter = FluxShapes.hidingFilter();
        filter.setServerAuthenticationConverter(new DelegatingServerAuthenticationConverter(
                new ServerHttpBasicAuthenticationConverter(), new ServerBearerTokenAuthenticationConverter()));
        http.addFilterAt(filter, AUTHENTICATION);
    }),
    FUNCTION_AS_CONVERTER(http -> http.addFilterAt(FluxShapes.filterWithFunction(), AUTHENTICATION)),
    PASSWORD_THAT_IS_A_TOKEN(http -> {
        AuthenticationWebFilter filter = new AuthenticationWebFilter(FluxShapes::authenticatePassword);
        filter.setServerAuthenticationConverter(exchange -> Mono.justOrEmpty(FluxShapes.bearer(exchange))
                .map(token -> new UsernamePasswordAuthenticationToken(null, token)));
        filter.setAuthenticationFailureHandler(FluxShapes.BEARER);
        http.addFilterAt(filter, AUTHENTICATION);
    }),
    FILTER_THAT_WRITES_THE_CONTEXT(http -> http.addFilterAt(FluxShapes::writeContext, AUTHENTICATION)),
    FILTER_BEFORE_THE_CHAIN(http -> {}),
    HIDING_FILTER_THAT_REPORTS(http -> http.addFilterAt(FluxShapes::writeHiddenContext, AUTHENTICATION)),
    OWN_CONTEXTS(http -> http.securityContextRepository(FluxShapes.contexts(jwt -> jwt))),
    OWN_CONTEXTS_THAT_HIDE_AND_REPORT(http -> http.securityContextRepository(FluxShapes.contexts(FluxShapes::hide))),
    FILTERS_OF_THE_APPLICATION(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))
            .addFilterBefore(FluxShapes::see, HTTP_BASIC)
            .addFilterAt(FluxShapes::see, AUTHENTICATION)
            .addFilterAfter(FluxShapes::see, AUTHENTICATION)
            .addFilterBefore(FluxShapes::see, AUTHORIZATION)),
    FILTER_THAT_SWALLOWS_AND_CONTINUES(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))
            .addFilterBefore(
                    (exchange, chain) -> chain.filter(exchange).onErrorResume(swallowed -> chain.filter(exchange)),
                    AUTHENTICATION)),
    FILTER_THAT_CONTINUES_TWICE(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))
            .addFilterBefore(FluxShapes::continueTwice, AUTHENTICATION)
            .addFilterBefore(FluxShapes::see, AUTHORIZATION)),
    OWN_ENTRY_POINT(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults())
            .authenticationEntryPoint(new HttpStatusServerEntryPoint(HttpStatus.I_AM_A_TEAPOT)))) {
        @Override
        int rejection() {
            return HttpStatus.I_AM_A_TEAPOT.value();
        }
    },
    OWN_LOGOUT_HANDLER(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))
            .logout(logout -> logout.logoutHandler((exchange, authentication) -> Mono.empty()))),
    METHOD_SECURITY_ONLY(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))) {
        @Override
        boolean open() {
            return true;
        }
    },
    PERMIT_ALL(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))) {
        @Override
        boolean open() {
            return true;
        }
    },
    STATELESS(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))
            .requestCache(cache -> cache.disable())
            .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())),
    FUNCTIONAL_ROUTE(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))),
    HAND_BUILT(http -> {}) {
        @Override
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            LogoutWebFilter logout = new LogoutWebFilter();
            logout.setRequiresLogoutMatcher(pathMatchers(HttpMethod.POST, "/" + name() + "/logout"));
            return new MatcherSecurityWebFilterChain(
                    pathMatchers("/" + name() + "/**"),
                    List.of(
                            new ReactorContextWebFilter(NoOpServerSecurityContextRepository.getInstance()),
                            FluxShapes.authenticationFilter(),
                            new SecurityContextServerWebExchangeWebFilter(),
                            logout,
                            new ExceptionTranslationWebFilter(),
                            new AuthorizationWebFilter(AuthenticatedReactiveAuthorizationManager.authenticated())));
        }
    },
    STATIC_BUILDER(http -> {}) {
        @Override
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            return super.chain(ServerHttpSecurity.http()
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.jwtDecoder(FluxShapes.decoder()))));
        }
    },
    OWN_TYPE_OF_CHAIN(http -> http.oauth2ResourceServer(server -> server.jwt(withDefaults()))) {
        @Override
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            SecurityWebFilterChain chain = super.chain(http);
            return new SecurityWebFilterChain() {
                @Override
                public Mono<Boolean> matches(ServerWebExchange exchange) {
                    return chain.matches(exchange);
                }

                @Override
                public Flux<WebFilter> getWebFilters() {
                    return chain.getWebFilters();
                }
            };
        }
    };

    private final java.util.function.Consumer<ServerHttpSecurity> configuration;

    FluxShape(java.util.function.Consumer<ServerHttpSecurity> configuration) {
        this.configuration = configuration;
    }

    SecurityWebFilterChain chain(ServerHttpSecurity http) {
        http.securityMatcher(pathMatchers("/" + name() + "/**"))
                .csrf(csrf -> csrf.disable())
                .logout(logout -> logout.requiresLogout(pathMatchers(HttpMethod.POST, "/" + name() + "/logout")))
                .authorizeExchange(exchanges -> {
                    if (open()) {
                        exchanges.anyExchange().permitAll();
                    } else {
                        exchanges.anyExchange().authenticated();
                    }
                });
        configuration.accept(http);
        return http.build();
    }

    void authenticate(HttpRequest.Builder request, URI target, String token) {
        request.header(HttpHeaders.AUTHORIZATION, "Bearer " + token);
    }

    /** The status of a rejected token. */
    int rejection() {
        return HttpStatus.UNAUTHORIZED.value();
    }

    /** Whether requests without a token reach the handler. */
    boolean open() {
        return false;
    }
}
