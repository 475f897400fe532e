// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID provider on the loopback interface that has sessions of its own. Serves its metadata and its keys, and issues
 * the tokens that Keycloak issues. Has no login page: a {@link Login} is made by a call.
 */
public final class TestIdentityProvider implements AutoCloseable {

    private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

    private final HttpServer server;

    private final String issuer;

    private final AtomicInteger keyRequests = new AtomicInteger();

    private volatile RSAKey key = newKey();

    private volatile boolean servesKeys = true;

    private TestIdentityProvider() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        issuer = "http://127.0.0.1:" + server.getAddress().getPort() + "/realms/test";
        server.createContext(
                "/realms/test/.well-known/openid-configuration", exchange -> answer(exchange, 200, metadata()));
        server.createContext("/realms/test/keys", exchange -> {
            keyRequests.incrementAndGet();
            answer(exchange, servesKeys ? 200 : 503, new JWKSet(key.toPublicJWK()).toString());
        });
        server.start();
    }

    public static TestIdentityProvider start() {
        return new TestIdentityProvider();
    }

    /** The claim {@code iss}. */
    public String issuer() {
        return issuer;
    }

    public String jwkSetUri() {
        return issuer + "/keys";
    }

    /** How often the keys were asked for. */
    public int keyRequests() {
        return keyRequests.get();
    }

    /** Signs with another key from now on, and serves only that one. */
    public void rotateKey() {
        key = newKey();
    }

    /** Whether the keys are served. */
    public void serveKeys(boolean serves) {
        servesKeys = serves;
    }

    /** A login with credentials, in a browser that had no session. */
    public Login login(String subject) {
        return login(subject, Instant.now());
    }

    /** A login with credentials at this time. */
    public Login login(String subject, @Nullable Instant authenticatedAt) {
        return new Login(UUID.randomUUID().toString(), subject, authenticatedAt);
    }

    /**
     * A session of this provider.
     *
     * @param authenticatedAt when the user last gave credentials; {@code null} if tokens do not say so
     */
    public final class Login {

        private final String sid;

        private final String subject;

        private final @Nullable Instant authenticatedAt;

        private Login(String sid, String subject, @Nullable Instant authenticatedAt) {
            this.sid = sid;
            this.subject = subject;
            this.authenticatedAt = authenticatedAt;
        }

        public String sid() {
            return sid;
        }

        public String subject() {
            return subject;
        }

        /** The same session after {@code prompt=login}: the user gives credentials again. */
        public Login again(Instant when) {
            return new Login(sid, subject, when);
        }

        /** An access token. Each further one is what a refresh returns. */
        public String token() {
            return token(Map.of());
        }

        /** @param changes further claims; {@code null} removes one */
        public String token(Map<String, ? extends @Nullable Object> changes) {
            Map<String, @Nullable Object> claims = common(Duration.ofMinutes(5));
            claims.put("sub", subject);
            claims.put("sid", sid);
            claims.put("aud", "account");
            claims.put("azp", "test-client");
            claims.put("typ", "Bearer");
            if (authenticatedAt != null) {
                claims.put("auth_time", authenticatedAt.getEpochSecond());
            }
            claims.putAll(changes);
            return sign("JWT", claims);
        }

        /** A logout token of this session, as OpenID Connect Back-Channel Logout 1.0 section 2.4 has it. */
        public String logoutToken(String clientId) {
            return logoutToken(clientId, Map.of());
        }

        /** @param changes further claims; {@code null} removes one */
        public String logoutToken(String clientId, Map<String, ? extends @Nullable Object> changes) {
            Map<String, @Nullable Object> claims = common(Duration.ofMinutes(2));
            claims.put("sub", subject);
            claims.put("sid", sid);
            claims.put("aud", clientId);
            claims.put("events", Map.of(EVENT, Map.of()));
            claims.putAll(changes);
            return sign("logout+jwt", claims);
        }
    }

    private Map<String, @Nullable Object> common(Duration lifetime) {
        Map<String, @Nullable Object> claims = new LinkedHashMap<>();
        Instant now = Instant.now();
        claims.put("iss", issuer);
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(lifetime).getEpochSecond());
        claims.put("jti", UUID.randomUUID().toString());
        return claims;
    }

    /**
     * Signs any claims with the provider's key.
     *
     * @param type the header {@code typ}, or {@code null} for none
     */
    public String sign(@Nullable String type, Map<String, ? extends @Nullable Object> claims) {
        JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID());
        if (type != null) {
            header.type(new JOSEObjectType(type));
        }
        JWTClaimsSet.Builder set = new JWTClaimsSet.Builder();
        claims.forEach((name, value) -> {
            if (value != null) {
                set.claim(name, value);
            }
        });
        SignedJWT jwt = new SignedJWT(header.build(), set.build());
        try {
            jwt.sign(TestKeys.signer(key));
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
        return jwt.serialize();
    }

    private String metadata() {
        return """
                {"issuer":"%1$s","jwks_uri":"%1$s/keys","authorization_endpoint":"%1$s/auth",
                "token_endpoint":"%1$s/token","response_types_supported":["code"],
                "subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"],
                "backchannel_logout_supported":true,"backchannel_logout_session_supported":true}
                """.formatted(issuer);
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        try (exchange) {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static RSAKey newKey() {
        return TestKeys.generate(UUID.randomUUID().toString());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
