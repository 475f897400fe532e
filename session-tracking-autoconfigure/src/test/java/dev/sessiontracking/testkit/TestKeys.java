// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.util.Set;

/** RSA keys that protect nothing. They are short: one of 2,048 bits takes a test JVM a second, and each signature 10 ms. */
public final class TestKeys {

    private static final int BITS = 1_024;

    private TestKeys() {}

    public static RSAKey generate(String keyId) {
        try {
            return new RSAKeyGenerator(BITS, true).keyID(keyId).generate();
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    public static JWSSigner signer(RSAKey key) throws JOSEException {
        return new RSASSASigner(key, Set.of(AllowWeakRSAKey.getInstance()));
    }
}
