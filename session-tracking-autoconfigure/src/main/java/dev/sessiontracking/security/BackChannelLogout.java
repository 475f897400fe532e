// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.security.LogoutTokenVerifier.InvalidLogoutTokenException;
import dev.sessiontracking.spi.SessionIds;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Ends the sessions that identity providers report as ended (OpenID Connect Back-Channel Logout 1.0). Takes the type and the
 * body of a request, and returns the body of the response: empty if the sessions have ended, or if their revocation is
 * pending on this node. Otherwise it is an error of section 2.8, with the status 400. Never throws, and never logs a token.
 *
 * <p>Blocks at most for the keys of the issuer and for Redis, so for a few seconds. Thread-safe.
 */
final class BackChannelLogout implements BinaryOperator<String>, SmartInitializingSingleton {

    private static final Log LOG = LogFactory.getLog(BackChannelLogout.class);

    private static final String FORM = "application/x-www-form-urlencoded";

    private static final String PARAMETER = "logout_token";

    private static final String INVALID = "{\"error\":\"invalid_request\"}";

    private static final String UNAVAILABLE = "{\"error\":\"temporarily_unavailable\"}";

    private final Map<String, LogoutTokenVerifier> issuers = new HashMap<>();

    private final SessionTracking tracking;

    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();

    /** @param keys the keys of an issuer */
    BackChannelLogout(
            TrustedIssuers trusted,
            Function<String, JWKSource<SecurityContext>> keys,
            SessionTracking tracking,
            Clock clock) {
        this.tracking = tracking;
        for (TrustedIssuer issuer : trusted.aliased()) {
            requireClientIds(!issuer.clientIds().isEmpty(), issuer.alias());
            String uri = String.valueOf(issuer.uri());
            issuers.put(uri, new LogoutTokenVerifier(issuer, keys.apply(uri), clock));
        }
        requireClientIds(!issuers.isEmpty(), "main");
    }

    private static void requireClientIds(boolean exist, @Nullable String alias) {
        if (!exist) {
            String property = "session.tracking.issuers." + alias + ".client-ids";
            throw new SessionTrackingSetupException(
                    "The property " + property + " is missing, but " + BackChannelLogoutProperties.PATH + " is set.",
                    "Set " + property + " to the ids of the clients for which the identity provider calls this"
                            + " application: the claim aud of its logout tokens, for example my-client.");
        }
    }

    /** A wrong location of the keys shows at the start, and the first logout token does not wait for them. */
    @Override
    public void afterSingletonsInstantiated() {
        issuers.forEach((uri, verifier) -> {
            Thread thread = new Thread(() -> fetchKeys(verifier), "session-tracking-issuer-keys");
            thread.setDaemon(true);
            thread.start();
        });
    }

    private static void fetchKeys(LogoutTokenVerifier verifier) {
        try {
            verifier.fetchKeys();
        } catch (KeySourceException | RuntimeException failed) {
            LOG.warn("The keys of session.tracking.issuers." + verifier.issuer().alias() + " could not be fetched ("
                    + failed.getCause() + "). Its logout tokens are rejected until they can.");
        }
    }

    @Override
    public String apply(String contentType, String body) {
        try {
            String text = contentType.toLowerCase(Locale.ROOT).startsWith(FORM) ? token(body) : null;
            if (text == null) {
                return rejected("the request is no form with one " + PARAMETER, INVALID);
            }
            JWT token = JWTParser.parse(text);
            LogoutTokenVerifier verifier =
                    issuers.get(String.valueOf(token.getJWTClaimsSet().getIssuer()));
            return verifier == null
                    ? rejected("session.tracking.issuers does not list its issuer", INVALID)
                    : end(verifier.issuer(), verifier.verify(token));
        } catch (InvalidLogoutTokenException invalid) {
            return rejected(String.valueOf(invalid.getMessage()), INVALID);
        } catch (KeySourceException noKeys) {
            return rejected("the keys of its issuer could not be fetched", UNAVAILABLE);
        } catch (ParseException | BadJOSEException | JOSEException | RuntimeException invalid) {
            return rejected("it is no JWT with a known type, algorithm, key and signature", INVALID);
        }
    }

    private String end(TrustedIssuer issuer, JWTClaimsSet claims) throws InvalidLogoutTokenException {
        Object sid = claims.getClaim("sid");
        String sessionId = sid == null ? null : issuer.sessionId((String) sid);
        String userId = issuer.userId(String.valueOf(claims.getClaim(issuer.userIdClaim())));
        if (sessionId != null ? !SessionIds.isUsable(sessionId) : !SessionIds.isUsableUserId(userId)) {
            throw new InvalidLogoutTokenException("sid or the user id is empty, too long, or has other characters");
        }
        // iat has whole seconds: whatever began in this second may have begun before.
        Instant until = claims.getIssueTime().toInstant().plusMillis(999);
        try {
            if (sessionId != null) {
                tracking.revokeSession(sessionId, until, SessionEndReason.IDENTITY_PROVIDER);
            } else {
                tracking.revokeSessions(userId, until, SessionEndReason.IDENTITY_PROVIDER);
            }
        } catch (RuntimeException failed) {
            LOG.warn(
                    "A logout token is valid, but its revocation could not be stored. Identity providers do not repeat"
                            + " logout tokens: the sessions continue.",
                    failed);
            return UNAVAILABLE;
        }
        return "";
    }

    /** The one value of the parameter, or {@code null}. */
    private static @Nullable String token(String form) {
        String token = null;
        for (String pair : form.split("&", -1)) {
            int separator = pair.indexOf('=');
            if (separator > 0 && PARAMETER.equals(decoded(pair.substring(0, separator)))) {
                if (token != null) {
                    return null;
                }
                token = decoded(pair.substring(separator + 1));
            }
        }
        return token;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** Logs once for each problem. What the token says is not logged. */
    private String rejected(String problem, String response) {
        String message = "A logout token was rejected: " + problem + ". No session was ended.";
        if (warnedOf.add(problem)) {
            LOG.warn(
                    message + " Identity providers do not repeat logout tokens. This is logged once for each problem.");
        } else {
            LOG.debug(message);
        }
        return response;
    }
}
