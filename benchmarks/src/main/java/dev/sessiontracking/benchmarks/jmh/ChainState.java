// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import dev.sessiontracking.security.servlet.SessionTrackingServletSecurityAutoConfiguration;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.context.servlet.AnnotationConfigServletWebApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;

/**
 * The filter chain of a resource server, with or without session tracking, and with all sessions in the near cache.
 * Tokens are looked up instead of verified, so that the cost of a signature does not drown that of the checks.
 */
public abstract class ChainState {

    private static final FilterChain END = (request, response) -> {};

    /** One for all: a request without one makes one, at several times its own cost. */
    private static final ServletContext SERVLET_CONTEXT = new MockServletContext();

    private final RedisProcess redis = RedisProcess.start();

    private final ConfigurableApplicationContext context;

    private final String[] tokens = new String[Sessions.COUNT];

    private final JwtAuthenticationToken[] authentications = new JwtAuthenticationToken[Sessions.COUNT];

    private final FilterChainProxy chain;

    private final FilterChainProxy sessionFilters;

    ChainState(boolean tracked) {
        context = new SpringApplicationBuilder(ResourceServer.class)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .contextFactory(type -> new AnnotationConfigServletWebApplicationContext())
                .initializers((ApplicationContextInitializer<AnnotationConfigServletWebApplicationContext>)
                        created -> created.setServletContext(SERVLET_CONTEXT))
                .properties(
                        "logging.level.root=warn",
                        "session.tracking.enabled=" + tracked,
                        "session.tracking.redis-url=" + redis.url(),
                        "session.tracking.connect-timeout=10s",
                        "session.tracking.command-timeout=5s")
                .run();
        chain = context.getBean(FilterChainProxy.class);
        sessionFilters = only(chain.getFilterChains().get(0).getFilters());
        KnownTokens known = context.getBean(KnownTokens.class);
        SessionService service = context.getBean(SessionService.class);
        for (int i = 0; i < Sessions.COUNT; i++) {
            Jwt jwt = jwt(service.createSession("user-" + i, Sessions.METADATA));
            tokens[i] = "Bearer " + jwt.getTokenValue();
            authentications[i] = new JwtAuthenticationToken(jwt);
            known.add(jwt);
        }
    }

    private static Jwt jwt(UserSession session) {
        return Jwt.withTokenValue("token-of-" + session.id())
                .header("alg", "none")
                .issuer("https://issuer.example")
                .subject(session.userId())
                .claim(UserSession.SESSION_ID_CLAIM, session.id())
                .build();
    }

    /** A chain of nothing but the filters of session tracking: of none, when it is off. */
    private static FilterChainProxy only(List<Filter> filters) {
        List<Filter> ours = filters.stream()
                .filter(filter -> filter.getClass().getName().startsWith("dev.sessiontracking."))
                .toList();
        return new FilterChainProxy(new DefaultSecurityFilterChain(AnyRequestMatcher.INSTANCE, ours));
    }

    /** A request with a bearer token through the whole chain. */
    final int requestWithToken(int i) throws Exception {
        MockHttpServletRequest request = request();
        request.addHeader("Authorization", tokens[i & (Sessions.COUNT - 1)]);
        return pass(chain, request);
    }

    /** A request that somebody has authenticated, through the filters of session tracking alone. */
    final int requestWithContext(int i) throws Exception {
        SecurityContextHolder.setContext(new SecurityContextImpl(authentications[i & (Sessions.COUNT - 1)]));
        return pass(sessionFilters, request());
    }

    private static MockHttpServletRequest request() {
        MockHttpServletRequest request = new MockHttpServletRequest(SERVLET_CONTEXT, "GET", "/hello");
        request.setServletPath("/hello");
        return request;
    }

    private static int pass(FilterChainProxy chain, MockHttpServletRequest request) throws Exception {
        MockHttpServletResponse response = new MockHttpServletResponse();
        chain.doFilter(request, response, END);
        if (response.getStatus() != 200) {
            throw new IllegalStateException("Refused with " + response.getStatus());
        }
        return response.getStatus();
    }

    /** Ends the application and its server. */
    @TearDown
    public void stop() {
        context.close();
        redis.close();
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
        KnownTokens decoder() {
            return new KnownTokens();
        }
    }

    /** A decoder that knows its tokens. */
    static final class KnownTokens implements JwtDecoder {

        private final Map<String, Jwt> tokens = new HashMap<>();

        void add(Jwt jwt) {
            tokens.put(jwt.getTokenValue(), jwt);
        }

        @Override
        public Jwt decode(String token) {
            Jwt jwt = tokens.get(token);
            if (jwt == null) {
                throw new BadJwtException("Not a token of this benchmark");
            }
            return jwt;
        }
    }
}
