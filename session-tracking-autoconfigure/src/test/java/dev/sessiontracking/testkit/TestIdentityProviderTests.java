// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoders;

class TestIdentityProviderTests {

    private static final TestIdentityProvider PROVIDER = TestIdentityProvider.start();

    @AfterAll
    static void close() {
        PROVIDER.close();
    }

    @Test
    void decodersFindItsKeys() {
        JwtDecoder decoder = JwtDecoders.fromIssuerLocation(PROVIDER.issuer());
        TestIdentityProvider.Login login = PROVIDER.login("alice", Instant.ofEpochSecond(1_700_000_000));

        Jwt token = decoder.decode(login.token());
        Jwt later =
                decoder.decode(login.again(Instant.ofEpochSecond(1_700_000_060)).token());

        assertThat(token.getClaimAsString("sid")).isEqualTo(login.sid()).isEqualTo(later.getClaimAsString("sid"));
        assertThat(token.getSubject()).isEqualTo("alice");
        assertThat(token.getClaim("auth_time").toString()).isEqualTo("1700000000");
        assertThat(later.getClaim("auth_time").toString()).isEqualTo("1700000060");
        assertThat(PROVIDER.keyRequests()).isPositive();
    }

    @Test
    void aPasswordGrantIsANewSessionWithoutTimeOfAuthentication() {
        JwtDecoder decoder = JwtDecoders.fromIssuerLocation(PROVIDER.issuer());

        Jwt first = decoder.decode(PROVIDER.passwordGrant("alice").token());
        Jwt second = decoder.decode(PROVIDER.passwordGrant("alice").token());

        assertThat(first.hasClaim("auth_time")).isFalse();
        assertThat(first.getClaimAsString("sid")).isNotEqualTo(second.getClaimAsString("sid"));
    }

    @Test
    void claimsCanBeRemoved() {
        JwtDecoder decoder = JwtDecoders.fromIssuerLocation(PROVIDER.issuer());

        Jwt token = decoder.decode(PROVIDER.login("alice").token(Collections.singletonMap("sub", null)));

        assertThat(token.getSubject()).isNull();
    }

    @Test
    void aNewKeyIsServed() {
        JwtDecoder decoder = JwtDecoders.fromIssuerLocation(PROVIDER.issuer());
        decoder.decode(PROVIDER.login("alice").token());
        int requests = PROVIDER.keyRequests();

        PROVIDER.rotateKey();

        assertThat(decoder.decode(PROVIDER.login("alice").token())).isNotNull();
        assertThat(PROVIDER.keyRequests()).isGreaterThan(requests);
    }
}
