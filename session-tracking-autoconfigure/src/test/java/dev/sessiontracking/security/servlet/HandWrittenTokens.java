// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import com.nimbusds.jose.util.JSONObjectUtils;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Tokens that Spring Security never sees, verified by a filter of the application with a library such as jjwt: a key that
 * is too short for Nimbus, a number as subject, and an authentication that carries no token.
 */
class HandWrittenTokens {

    private static final byte[] KEY = "secret".getBytes(StandardCharsets.US_ASCII);

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private HandWrittenTokens() {}

    static String token(String sessionId) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("sub", 42);
        if (sessionId != null) {
            claims.put("sid", sessionId);
        }
        String content = encode("{\"alg\":\"HS256\"}") + "." + encode(JSONObjectUtils.toJSONString(claims));
        return content + "." + BASE64.encodeToString(mac(content));
    }

    private static String encode(String json) {
        return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] mac(String content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
            return mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The claims of a token with a good signature, {@code null} of any other. */
    static Map<String, Object> verify(String token) {
        int end = token.lastIndexOf('.');
        String[] parts = token.split("\\.");
        try {
            if (parts.length != 3
                    || !MessageDigest.isEqual(
                            mac(token.substring(0, end)), Base64.getUrlDecoder().decode(parts[2]))) {
                return null;
            }
            return JSONObjectUtils.parse(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | java.text.ParseException garbage) {
            return null;
        }
    }

    /** As many tutorials write it. */
    static class JwtFilter extends OncePerRequestFilter {

        private final String header;

        private final boolean tellsSessionTracking;

        JwtFilter(String header, boolean tellsSessionTracking) {
            this.header = header;
            this.tellsSessionTracking = tellsSessionTracking;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            String text = request.getHeader(header);
            if (text != null) {
                Map<String, Object> claims = verify(text.substring(text.lastIndexOf(' ') + 1));
                if (claims == null) {
                    response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
                    response.setStatus(401);
                    return;
                }
                if (tellsSessionTracking) {
                    RequestToken.verified(request, claims);
                }
                SecurityContextHolder.getContext()
                        .setAuthentication(UsernamePasswordAuthenticationToken.authenticated("alice", null, List.of()));
            }
            chain.doFilter(request, response);
        }
    }

    private static HttpSecurity with(HttpSecurity http, JwtFilter filter) throws Exception {
        return InterferingShapes.authenticated(http)
                .csrf(csrf -> csrf.disable())
                .addFilterBefore(filter, UsernamePasswordAuthenticationFilter.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class Told {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return with(http, new JwtFilter("Authorization", true)).build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Untold {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return with(http, new JwtFilter("Authorization", false))
                    .logout(logout -> logout.disable())
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class UntoldBesideAResourceServer {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return with(http, new JwtFilter("X-Auth-Token", false))
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .build();
        }
    }
}
