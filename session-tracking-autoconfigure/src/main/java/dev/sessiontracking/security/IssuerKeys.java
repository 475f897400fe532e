// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the keys of an issuer: from its JWK set, which its OpenID configuration names. The location comes from the
 * application's configuration only, never from a token. A fetch ends within {@value #DEADLINE_MILLIS} ms, whatever hangs.
 */
record IssuerKeys(String issuer, @Nullable String jwkSetUri) implements JWKSetSource<SecurityContext> {

    static final String BOOT = "spring.security.oauth2.resourceserver.jwt.jwk-set-uri";

    private static final int DEADLINE_MILLIS = 2000;

    private static final int MAX_BYTES = 256 * 1024;

    private static final Duration CACHED = Duration.ofMinutes(5);

    /** Two fetches are possible in this time: whoever sends unknown key ids causes no more. */
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    /** The last known keys are used for so long while they cannot be fetched. */
    private static final Duration OUTAGE = Duration.ofHours(4);

    private static final ResourceRetriever HTTP =
            new DefaultResourceRetriever(DEADLINE_MILLIS, DEADLINE_MILLIS, MAX_BYTES);

    /** @param jwkSetUri where the keys are; {@code null} to read that from the issuer's OpenID configuration */
    static JWKSource<SecurityContext> of(String issuer, @Nullable String jwkSetUri) {
        return JWKSourceBuilder.create(new IssuerKeys(issuer, jwkSetUri))
                .cache(CACHED.toMillis(), DEADLINE_MILLIS)
                .refreshAheadCache(false)
                .rateLimited(INTERVAL.toMillis())
                .outageTolerant(OUTAGE.toMillis())
                .build();
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long now, @Nullable SecurityContext context)
            throws JWKSetRetrievalException {
        // A thread of its own: neither a name server nor a slow body would be bounded otherwise.
        FutureTask<JWKSet> fetch =
                new FutureTask<>(() -> JWKSet.parse(get(jwkSetUri == null ? discover() : jwkSetUri)));
        Thread thread = new Thread(fetch, "session-tracking-issuer-keys");
        thread.setDaemon(true);
        thread.start();
        try {
            return fetch.get(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new JWKSetRetrievalException("Interrupted", interrupted);
        } catch (ExecutionException | TimeoutException unavailable) {
            throw new JWKSetRetrievalException("The keys of the issuer could not be fetched", unavailable);
        }
    }

    /** OpenID Connect Discovery 1.0, section 4. */
    private String discover() throws IOException, ParseException {
        Map<String, Object> configuration =
                JSONObjectUtils.parse(get(issuer.replaceFirst("/$", "") + "/.well-known/openid-configuration"));
        String keys = JSONObjectUtils.getString(configuration, "jwks_uri");
        if (keys == null || !issuer.equals(configuration.get("issuer"))) {
            throw new IOException("The OpenID configuration is that of another issuer, or names no keys");
        }
        return keys;
    }

    private static String get(String location) throws IOException {
        return HTTP.retrieveResource(URI.create(location).toURL()).getContent();
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
