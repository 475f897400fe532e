// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.SessionTokenEvaluator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;

/**
 * The properties of one filter chain, and its warnings, each logged once. Thread-safe.
 */
public final class ChainTraits {

    /** A chain without any known properties. */
    public static final ChainTraits UNKNOWN = new ChainTraits("(unknown)", Tokens.CUSTOM);

    private static final Logger log = LoggerFactory.getLogger(ChainTraits.class);

    /** The number of requests of a chain that the diagnosis of hidden tokens examines. */
    private static final int MAX_DIAGNOSED = 1000;

    private final String name;

    private final Tokens tokens;

    private final boolean exact;

    private final AtomicBoolean opaqueWarned = new AtomicBoolean();

    private final AtomicBoolean undeterminedWarned = new AtomicBoolean();

    private final AtomicBoolean hiddenWarned = new AtomicBoolean();

    private final AtomicInteger diagnosed = new AtomicInteger();

    /** How a chain authenticates tokens. */
    public enum Tokens {
        /** The chain has no known filter for tokens. */
        NONE,
        /** With Spring Security's own provider for JWTs. */
        JWT,
        /** With Spring Security's own provider for opaque tokens. */
        OPAQUE,
        /** With a manager, a resolver or a converter of the application. */
        CUSTOM
    }

    /** A chain, as messages name it. */
    public ChainTraits(String name, Tokens tokens) {
        this(name, tokens, false);
    }

    /**
     * A chain, as messages name it.
     *
     * @param exact whether a presented token is always the one that was verified, by whatever manager
     */
    public ChainTraits(String name, Tokens tokens, boolean exact) {
        this.name = name;
        this.tokens = tokens;
        this.exact = exact;
    }

    /** How this chain authenticates tokens. */
    public Tokens tokens() {
        return tokens;
    }

    /**
     * Whether this token, which the chain has accepted, was verified as a JWT.
     *
     * @param opaque whether the resulting authentication shows that a token was introspected
     */
    boolean hasVerifiedAsJwt(String token, boolean opaque) {
        return tokens == Tokens.JWT
                || (tokens == Tokens.CUSTOM && (exact || !opaque) && TokenText.parse(token) != null);
    }

    void warnOfUncheckedOpaqueToken() {
        if (opaqueWarned.compareAndSet(false, true)) {
            log.warn(
                    "The filter chain {} accepted a JWT as an opaque token. The JWT names a session, and the"
                            + " session was not checked. If the issuer of the token is yours, add it to"
                            + " session.tracking.jwt.issuers. If not, list only your own issuers there. This is logged once for each filter chain.",
                    name);
        }
    }

    /** Warns that a request was rejected because its token cannot be determined. */
    public void warnOfUndeterminedToken(Authentication authentication) {
        if (undeterminedWarned.compareAndSet(false, true)) {
            log.warn(
                    "The filter chain {} rejects requests whose token cannot be determined (unless"
                            + " session.tracking.mode=observe): the {} created from a bearer token does not contain the"
                            + " Jwt. Return an Authentication whose"
                            + " principal, credentials or details are the Jwt, or a BearerTokenAuthentication if"
                            + " tokens are opaque. This is logged once for each filter chain.",
                    name,
                    authentication.getClass().getName());
        }
    }

    /**
     * Warns if a filter of the application has authenticated a request that contains a JWT with a session. It is not
     * known which token the filter used, so nothing is rejected.
     */
    <R> void diagnoseHiddenToken(
            SessionTokenEvaluator evaluator, Authentication authentication, RequestReader<R> reader, R request) {
        if (hiddenWarned.get()
                || authentication instanceof AnonymousAuthenticationToken
                || diagnosed.get() >= MAX_DIAGNOSED
                || diagnosed.incrementAndGet() > MAX_DIAGNOSED) {
            return;
        }
        for (String token : reader.tokensOutsideBody(request)) {
            Map<String, Object> claims = TokenText.claims(token);
            if (claims != null
                    && evaluator.read(claims).kind() == SessionClaim.Kind.NAMED
                    && hiddenWarned.compareAndSet(false, true)) {
                log.warn(
                        "The filter chain {} accepted a request with a JWT that names a session, without"
                                + " checking the session: a filter of the application authenticated the request, and its"
                                + " {} does not contain the Jwt. In that filter, call " + reader.howToReportAToken()
                                + ", or set an"
                                + " Authentication whose principal, credentials or details are the"
                                + " Jwt. This is logged once for each"
                                + " filter chain.",
                        name,
                        authentication.getClass().getName());
            }
        }
    }
}
