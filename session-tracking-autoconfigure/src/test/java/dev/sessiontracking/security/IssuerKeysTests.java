// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.sessiontracking.testkit.TestIdentityProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IssuerKeysTests {

    private static final JWKSelector ANY = new JWKSelector(new JWKMatcher.Builder().build());

    private final TestIdentityProvider provider = TestIdentityProvider.start();

    @AfterEach
    void stop() {
        provider.close();
    }

    private static List<JWK> unknown(JWKSource<SecurityContext> keys) throws KeySourceException {
        return keys.get(
                new JWKSelector(new JWKMatcher.Builder()
                        .keyID(UUID.randomUUID().toString())
                        .build()),
                null);
    }

    @Test
    void findsTheKeysByTheMetadata() throws Exception {
        assertThat(IssuerKeys.of(provider.issuer(), null).get(ANY, null)).hasSize(1);
    }

    @Test
    void givenLocationNeedsNoMetadata() throws Exception {
        assertThat(IssuerKeys.of("https://unreachable.invalid", provider.jwkSetUri())
                        .get(ANY, null))
                .hasSize(1);
    }

    @Test
    void doesNotTrustMetadataOfAnotherIssuer() {
        assertThatThrownBy(() -> IssuerKeys.of(provider.issuer() + "/", null).get(ANY, null))
                .isInstanceOf(KeySourceException.class);
    }

    @Test
    void fetchesAreBoundedForUnknownKeys() throws Exception {
        JWKSource<SecurityContext> keys = IssuerKeys.of(provider.issuer(), null);
        int refused = 0;
        for (int i = 0; i < 20; i++) {
            try {
                assertThat(unknown(keys)).isEmpty();
            } catch (KeySourceException tooMany) {
                refused++;
            }
        }

        assertThat(provider.keyRequests()).isLessThanOrEqualTo(4);
        assertThat(refused).isPositive();
        assertThat(keys.get(ANY, null)).hasSize(1);
    }

    @Test
    void meetsANewKey() throws Exception {
        JWKSource<SecurityContext> keys = IssuerKeys.of(provider.issuer(), null);
        String first = keys.get(ANY, null).get(0).getKeyID();

        provider.rotateKey();

        assertThat(unknown(keys)).isEmpty();
        assertThat(keys.get(ANY, null).get(0).getKeyID()).isNotEqualTo(first);
    }

    @Test
    void knownKeysAreUsedWhileTheProviderDoesNotServeThem() throws Exception {
        JWKSource<SecurityContext> keys = IssuerKeys.of(provider.issuer(), null);
        keys.get(ANY, null);

        provider.serveKeys(false);

        assertThat(unknown(keys)).isEmpty();
        assertThat(provider.keyRequests()).isEqualTo(2);
        assertThat(keys.get(ANY, null)).hasSize(1);
    }

    @Test
    void silentProviderIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            JWKSource<SecurityContext> keys = IssuerKeys.of("http://127.0.0.1:" + silent.getLocalPort(), null);
            long began = System.nanoTime();

            assertThatThrownBy(() -> keys.get(ANY, null)).isInstanceOf(KeySourceException.class);

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        }
    }
}
