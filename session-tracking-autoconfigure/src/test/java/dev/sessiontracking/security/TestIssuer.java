// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.sessiontracking.testkit.TestKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** An authorization server on loopback: signs tokens and publishes its keys. One for all tests of a run. */
public final class TestIssuer {

    private static final TestIssuer INSTANCE = new TestIssuer();

    private final RSAKey key;

    private final RSAKey clientKey;

    private final String uri;

    private volatile Map<String, Object> additional = Map.of();

    private TestIssuer() {
        try {
            key = TestKeys.generate("test");
            clientKey = TestKeys.generate("client");
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            uri = "http://127.0.0.1:" + server.getAddress().getPort();
            serve(server, "/jwks", new JWKSet(key.toPublicJWK()).toString());
            serve(
                    server,
                    "/.well-known/openid-configuration",
                    "{\"issuer\":\"" + uri + "\",\"jwks_uri\":\"" + uri
                            + "/jwks\",\"subject_types_supported\":[\"public\"]}");
            server.start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public static TestIssuer get() {
        return INSTANCE;
    }

    private static void serve(HttpServer server, String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        server.createContext(path, exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    public String uri() {
        return uri;
    }

    public String jwkSetUri() {
        return uri + "/jwks";
    }

    public RSAKey key() {
        return key;
    }

    /** The public key as a PEM file. */
    public Path publicKeyFile() {
        try {
            Path file = Files.createTempFile("public-key", ".pem");
            file.toFile().deleteOnExit();
            String body =
                    Base64.getMimeEncoder().encodeToString(key.toRSAPublicKey().getEncoded());
            return Files.writeString(file, "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    public String token(String sessionId) {
        return sign(claims -> claims.claim("sid", sessionId));
    }

    public String expiredToken(String sessionId) {
        return sign(claims -> claims.claim("sid", sessionId)
                .expirationTime(Date.from(Instant.now().minusSeconds(3600))));
    }

    public String dpopBoundToken(String sessionId) {
        return sign(claims -> claims.claim("sid", sessionId).claim("cnf", java.util.Map.of("jkt", thumbprint())));
    }

    /** Lets the tokens that are issued meanwhile have these claims, too. */
    public void withClaims(Map<String, Object> claims, Runnable issuing) {
        additional = claims;
        try {
            issuing.run();
        } finally {
            additional = Map.of();
        }
    }

    public String sign(Consumer<JWTClaimsSet.Builder> customizer) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(uri)
                .subject("alice")
                .issueTime(Date.from(Instant.now().minusSeconds(10)))
                .expirationTime(Date.from(Instant.now().plusSeconds(600)));
        customizer.accept(claims);
        additional.forEach(claims::claim);
        return sign(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("test").build(), claims.build(), key);
    }

    /** RFC 9449 section 4.2. */
    public String dpopProof(String method, URI target, String accessToken) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(accessToken.getBytes(StandardCharsets.US_ASCII));
            JWTClaimsSet claims = new JWTClaimsSet.Builder()
                    .jwtID(UUID.randomUUID().toString())
                    .claim("htm", method)
                    .claim("htu", target.toString())
                    .claim("ath", Base64.getUrlEncoder().withoutPadding().encodeToString(hash))
                    .issueTime(new Date())
                    .build();
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .type(new JOSEObjectType("dpop+jwt"))
                    .jwk(clientKey.toPublicJWK())
                    .build();
            return sign(header, claims, clientKey);
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String thumbprint() {
        try {
            return clientKey.computeThumbprint().toString();
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static String sign(JWSHeader header, JWTClaimsSet claims, RSAKey key) {
        try {
            SignedJWT jwt = new SignedJWT(header, claims);
            jwt.sign(TestKeys.signer(key));
            return jwt.serialize();
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
