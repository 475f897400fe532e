// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.springframework.http.HttpStatus.UNAUTHORIZED;

import dev.sessiontracking.security.TestIssuer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpCookie;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtReactiveAuthenticationManager;
import org.springframework.security.oauth2.server.resource.web.server.BearerTokenServerAuthenticationEntryPoint;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.ServerAuthenticationEntryPointFailureHandler;
import org.springframework.security.web.server.authentication.ServerAuthenticationFailureHandler;
import org.springframework.security.web.server.context.ServerSecurityContextRepository;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** One application with a filter chain for each {@link FluxShape}, and the parts that the shapes consist of. */
@Configuration(proxyBeanMethods = false)
@EnableReactiveMethodSecurity
public class FluxShapes {

    static final ServerAuthenticationFailureHandler BEARER =
            new ServerAuthenticationEntryPointFailureHandler(new BearerTokenServerAuthenticationEntryPoint());

    /** Whom the filters of the application have seen. */
    static final List<String> SEEN = new CopyOnWriteArrayList<>();

    private static final ReactiveJwtDecoder DECODER = decode();

    private static ReactiveJwtDecoder decode() {
        try {
            return NimbusReactiveJwtDecoder.withPublicKey(TestIssuer.get().key().toRSAPublicKey())
                    .build();
        } catch (com.nimbusds.jose.JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static ReactiveJwtDecoder decoder() {
        return DECODER;
    }

    static ReactiveAuthenticationManager manager() {
        return new JwtReactiveAuthenticationManager(DECODER);
    }

    static Mono<AbstractAuthenticationToken> hidden(Jwt jwt) {
        return Mono.just(password(jwt.getSubject()));
    }

    static Authentication hidden(Authentication authentication) {
        return password(authentication.getName());
    }

    static Authentication hide(Authentication authentication) {
        return hidden(authentication);
    }

    private static UsernamePasswordAuthenticationToken password(String name) {
        return new UsernamePasswordAuthenticationToken(name, null, AuthorityUtils.createAuthorityList("ROLE_USER"));
    }

    static Mono<Authentication> fromCookie(ServerWebExchange exchange) {
        HttpCookie cookie = exchange.getRequest().getCookies().getFirst("token");
        return Mono.justOrEmpty(cookie).map(found -> new BearerTokenAuthenticationToken(found.getValue()));
    }

    static @Nullable String bearer(ServerWebExchange exchange) {
        String header = exchange.getRequest().getHeaders().getFirst("Authorization");
        return header == null || !header.startsWith("Bearer ") ? null : header.substring(7);
    }

    static AuthenticationWebFilter authenticationFilter() {
        AuthenticationWebFilter filter = new AuthenticationWebFilter(manager());
        filter.setServerAuthenticationConverter(new ServerBearerTokenAuthenticationConverter());
        return filter;
    }

    /** The authentication does not contain the token. */
    static AuthenticationWebFilter hidingFilter() {
        ReactiveAuthenticationManager hiding = token -> token instanceof BearerTokenAuthenticationToken
                ? manager().authenticate(token).map(FluxShapes::hidden)
                : Mono.empty();
        AuthenticationWebFilter filter = new AuthenticationWebFilter(hiding);
        filter.setAuthenticationFailureHandler(BEARER);
        return filter;
    }

    @SuppressWarnings("deprecation")
    static AuthenticationWebFilter filterWithFunction() {
        AuthenticationWebFilter filter = hidingFilter();
        filter.setAuthenticationConverter(new ServerBearerTokenAuthenticationConverter()::convert);
        return filter;
    }

    static Mono<Authentication> authenticatePassword(Authentication token) {
        return manager()
                .authenticate(new BearerTokenAuthenticationToken((String) token.getCredentials()))
                .map(FluxShapes::hidden);
    }

    static Mono<Void> writeContext(ServerWebExchange exchange, WebFilterChain chain) {
        String token = bearer(exchange);
        return token == null
                ? chain.filter(exchange)
                : DECODER.decode(token)
                        .flatMap(jwt -> chain.filter(exchange)
                                .contextWrite(ReactiveSecurityContextHolder.withAuthentication(
                                        new JwtAuthenticationToken(jwt, List.of()))));
    }

    static Mono<Void> writeHiddenContext(ServerWebExchange exchange, WebFilterChain chain) {
        String token = bearer(exchange);
        return token == null
                ? chain.filter(exchange)
                : DECODER.decode(token).flatMap(jwt -> {
                    ExchangeToken.verified(exchange, jwt.getClaims());
                    return chain.filter(exchange)
                            .contextWrite(ReactiveSecurityContextHolder.withAuthentication(password(jwt.getSubject())));
                });
    }

    static ServerSecurityContextRepository contexts(UnaryOperator<Authentication> hiding) {
        return new ServerSecurityContextRepository() {
            @Override
            public Mono<Void> save(ServerWebExchange exchange, SecurityContext context) {
                return Mono.empty();
            }

            @Override
            public Mono<SecurityContext> load(ServerWebExchange exchange) {
                return Mono.justOrEmpty(bearer(exchange))
                        .flatMap(DECODER::decode)
                        .doOnNext(jwt -> ExchangeToken.verified(exchange, jwt.getClaims()))
                        .map(jwt -> new SecurityContextImpl(hiding.apply(new JwtAuthenticationToken(jwt, List.of()))));
            }
        };
    }

    /** Continues rejected requests again. */
    static Mono<Void> continueTwice(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange)
                .then(Mono.defer(
                        () -> bearer(exchange) != null && exchange.getResponse().getStatusCode() == UNAUTHORIZED
                                ? chain.filter(exchange)
                                : Mono.empty()));
    }

    /** A filter of the application that acts for the user it finds. */
    static Mono<Void> see(ServerWebExchange exchange, WebFilterChain chain) {
        return ReactiveSecurityContextHolder.getContext()
                .doOnNext(context -> SEEN.add(context.getAuthentication().getName()))
                .then(chain.filter(exchange));
    }

    @Bean
    ReactiveJwtDecoder jwtDecoder() {
        return DECODER;
    }

    @Bean
    ReactiveUserDetailsService users() {
        return new MapReactiveUserDetailsService(
                User.withUsername("bob").password("{noop}bob").roles("USER").build());
    }

    /** Before the conditions of Spring Boot are evaluated. */
    static void registerChains(GenericApplicationContext context) {
        for (FluxShape shape : FluxShape.values()) {
            context.registerBean(
                    shape.name(),
                    SecurityWebFilterChain.class,
                    () -> shape.chain(context.getBean(ServerHttpSecurity.class)));
        }
    }

    /** Before Spring Security. */
    @Bean
    @Order(-101)
    WebFilter filterBeforeTheChain() {
        return (exchange, chain) -> exchange.getRequest().getPath().value().contains("FILTER_BEFORE_THE_CHAIN")
                ? writeContext(exchange, chain)
                : chain.filter(exchange);
    }

    /** Turns the token of a cookie into a header, for chains that know nothing of cookies. */
    @Bean
    @Order(-102)
    WebFilter cookieToHeader() {
        return (exchange, chain) -> {
            HttpCookie cookie = exchange.getRequest().getCookies().getFirst("token");
            return cookie == null || !exchange.getRequest().getPath().value().contains("COOKIE_TO_HEADER")
                    ? chain.filter(exchange)
                    : chain.filter(exchange.mutate()
                            .request(request -> request.headers(headers -> headers.setBearerAuth(cookie.getValue())))
                            .build());
        };
    }

    @Bean
    RouterFunction<ServerResponse> functionalRoute() {
        return RouterFunctions.route()
                .GET(
                        "/FUNCTIONAL_ROUTE/me",
                        request -> request.principal()
                                .flatMap(principal -> ServerResponse.ok().bodyValue(principal.getName())))
                .build();
    }

    @RestController
    static class Secured {

        @PreAuthorize("isAuthenticated()")
        @GetMapping("/METHOD_SECURITY_ONLY/me")
        Mono<String> secured() {
            return ReactiveSecurityContextHolder.getContext()
                    .map(context -> context.getAuthentication().getName());
        }
    }
}
