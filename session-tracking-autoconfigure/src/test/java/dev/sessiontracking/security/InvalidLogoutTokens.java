// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.sessiontracking.testkit.TestIdentityProvider;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import dev.sessiontracking.testkit.TestKeys;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a receiver of logout tokens must reject. Each differs from a valid token of the login in one point. */
public final class InvalidLogoutTokens {

    private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

    private final TestIdentityProvider provider;

    private final Login login;

    private final String clientId;

    private final Map<String, String> forms = new LinkedHashMap<>();

    private InvalidLogoutTokens(TestIdentityProvider provider, Login login, String clientId) {
        this.provider = provider;
        this.login = login;
        this.clientId = clientId;
    }

    /** Bodies of forms, by what is wrong with them. */
    public static Map<String, String> forms(TestIdentityProvider provider, Login login, String clientId) {
        InvalidLogoutTokens tokens = new InvalidLogoutTokens(provider, login, clientId);
        try {
            tokens.addForms();
            tokens.addSignatures();
            tokens.addClaims();
        } catch (JOSEException | ParseException failed) {
            throw new IllegalStateException(failed);
        }
        return tokens.forms;
    }

    private void addForms() {
        String valid = login.logoutToken(clientId);
        forms.put("no form", "");
        forms.put("no token", "token=" + valid);
        forms.put("an empty token", "logout_token=");
        forms.put("two tokens", "logout_token=" + valid + "&logout_token=" + valid);
        forms.put("a broken escape", "logout_token=%zz" + valid);
        add("no JWT", "garbage");
        add("three parts that are no JSON", "a.b.c");
        add("an access token", login.token());
        add("an ID token", login.token(Map.of("typ", "ID", "aud", clientId, "nonce", "n")));
        add("claims nested too deeply", ofText("{\"iss\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}"));
    }

    private void addSignatures() throws JOSEException, ParseException {
        SignedJWT valid = SignedJWT.parse(login.logoutToken(clientId));
        JWTClaimsSet claims = valid.getJWTClaimsSet();
        RSAKey other = TestKeys.generate(valid.getHeader().getKeyID());
        JWSHeader.Builder header = new JWSHeader.Builder(valid.getHeader());
        add("alg none", new PlainJWT(claims).serialize());
        add(
                "a changed payload",
                valid.getParsedParts()[0] + "." + encoded(claims.toString() + " ") + "." + valid.getSignature());
        add("no signature", valid.getParsedParts()[0] + "." + valid.getParsedParts()[1] + ".");
        add("the key of somebody else", signed(header.build(), claims, TestKeys.signer(other)));
        add("a key in its header", signed(header.jwk(other.toPublicJWK()).build(), claims, TestKeys.signer(other)));
        JWSHeader mac = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .keyID(valid.getHeader().getKeyID())
                .type(valid.getHeader().getType())
                .build();
        add(
                "a shared secret",
                signed(mac, claims, new MACSigner(other.toString().substring(0, 64))));
        JWSHeader unknown = new JWSHeader.Builder(valid.getHeader())
                .keyID(UUID.randomUUID().toString())
                .build();
        add("an unknown key", signed(unknown, claims, TestKeys.signer(other)));
        EncryptedJWT encrypted =
                new EncryptedJWT(new JWEHeader(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A256GCM), claims);
        encrypted.encrypt(new RSAEncrypter(other));
        add("an encrypted token", encrypted.serialize());
        for (String type : List.of("at+jwt", "secevent+jwt", "x\nERROR forged")) {
            add("the type " + type.replaceAll("\\s", "_"), provider.sign(type, claims.getClaims()));
        }
    }

    private void addClaims() {
        long now = Instant.now().getEpochSecond();
        addClaim("another issuer", "iss", "https://evil.example.com");
        addClaim("no issuer", "iss", null);
        addClaim("another audience", "aud", "another-client");
        addClaim("no audience", "aud", null);
        addClaim("no iat", "iat", null);
        addClaim("an iat of 11 minutes ago", "iat", now - 11 * 60);
        addClaim("an iat in 11 minutes", "iat", now + 11 * 60);
        addClaim("an iat that is a text", "iat", "now");
        addClaim("an iat without bounds", "iat", Long.MAX_VALUE);
        addClaim("an exp of two minutes ago", "exp", now - 120);
        addClaim("a nonce", "nonce", "n");
        addClaim("no events", "events", null);
        addClaim("events that are a list", "events", List.of(EVENT));
        addClaim("another event", "events", Map.of("https://schemas.openid.net/secevent/caep", Map.of()));
        addClaim("an event that is no object", "events", Map.of(EVENT, true));
        addClaim("a sid that is no text", "sid", 7);
        addClaim("a sid that is an object", "sid", Map.of("$ne", 1));
        addClaim("an empty sid", "sid", "");
        addClaim("a sid that is too long", "sid", "s".repeat(257));
        addClaim("a sid with control characters", "sid", "a\r\nb");
        Map<String, @Nullable Object> none = new HashMap<>();
        none.put("sid", null);
        none.put("sub", null);
        add("neither sid nor sub", login.logoutToken(clientId, none));
        for (Object sub : List.of(List.of("alice"), "", "u".repeat(257), "a\nb")) {
            Map<String, @Nullable Object> changes = new HashMap<>();
            changes.put("sid", null);
            changes.put("sub", sub);
            add("no sid, and the sub " + forms.size(), login.logoutToken(clientId, changes));
        }
    }

    private void addClaim(String name, String claim, @Nullable Object value) {
        add(name, login.logoutToken(clientId, Collections.singletonMap(claim, value)));
    }

    private void add(String name, String token) {
        forms.put(name, "logout_token=" + token);
    }

    private static String signed(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) throws JOSEException {
        SignedJWT jwt = new SignedJWT(header, claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static String ofText(String claims) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType("logout+jwt"))
                .build();
        return header.toBase64URL() + "." + encoded(claims) + "." + encoded("signature");
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
