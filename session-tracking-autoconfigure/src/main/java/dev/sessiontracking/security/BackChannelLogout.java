// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.security.LogoutTokenVerifier.InvalidLogoutTokenException;
import dev.sessiontracking.security.LogoutTokenVerifier.LogoutToken;
import dev.sessiontracking.spi.SessionIds;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Ends the sessions that identity providers report as ended (OpenID Connect Back-Channel Logout 1.0). Takes the type and the
 * body of a request, and returns the body of the response: empty if the sessions have ended, or if their revocation is
 * pending on this node. Otherwise it is an error of section 2.8, with the status 400. Never throws, and never logs a token.
 *
 * <p>Blocks at most for the keys of the issuer and for Redis, so for a few seconds. Thread-safe.
 */
final class BackChannelLogout implements BinaryOperator<String> {

    private static final Log LOG = LogFactory.getLog(BackChannelLogout.class);

    private static final String FORM = "application/x-www-form-urlencoded";

    private static final String PARAMETER = "logout_token";

    private static final String INVALID = "{\"error\":\"invalid_request\"}";

    private static final String UNAVAILABLE = "{\"error\":\"temporarily_unavailable\"}";

    private final Map<String, IssuerLogout> issuers;

    private final SessionService sessions;

    private final SessionTracking tracking;

    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();

    /** @param keys the keys of an issuer */
    BackChannelLogout(
            TrustedIssuers trusted,
            Function<String, JWKSource<SecurityContext>> keys,
            SessionService sessions,
            SessionTracking tracking,
            Clock clock) {
        this.sessions = sessions;
        this.tracking = tracking;
        this.issuers = trusted.aliased().stream()
                .map(issuer -> new IssuerLogout(issuer, verifier(issuer, keys, clock)))
                .collect(Collectors.toMap(one -> one.issuer().uri(), one -> one));
        if (issuers.isEmpty()) {
            throw new SessionTrackingSetupException(
                    "The property " + BackChannelLogoutProperties.PATH
                            + " is set, but session.tracking.issuers names no issuer that could send logout tokens.",
                    "Configure the identity provider, for example session.tracking.issuers.main.preset=keycloak and"
                            + " session.tracking.issuers.main.client-ids=my-client, or remove the path.");
        }
    }

    private static LogoutTokenVerifier verifier(
            TrustedIssuer issuer, Function<String, JWKSource<SecurityContext>> keys, Clock clock) {
        String uri = String.valueOf(issuer.uri());
        if (issuer.clientIds().isEmpty()) {
            String property = "session.tracking.issuers." + issuer.alias() + ".client-ids";
            throw new SessionTrackingSetupException(
                    "The property " + property + " is missing, but " + BackChannelLogoutProperties.PATH + " is set.",
                    "Set " + property + " to the ids of the clients for which the identity provider calls this"
                            + " application: the claim aud of its logout tokens, for example my-client.");
        }
        return new LogoutTokenVerifier(uri, issuer.userIdClaim(), issuer.clientIds(), keys.apply(uri), clock);
    }

    @Override
    public String apply(String contentType, String body) {
        try {
            String text = contentType.toLowerCase(Locale.ROOT).startsWith(FORM) ? token(body) : null;
            if (text == null) {
                return rejected("the request is no form with one " + PARAMETER, INVALID);
            }
            JWT token = JWTParser.parse(text);
            IssuerLogout issuer =
                    issuers.get(String.valueOf(token.getJWTClaimsSet().getIssuer()));
            if (issuer == null) {
                return rejected("session.tracking.issuers does not list its issuer", INVALID);
            }
            return end(issuer.issuer(), issuer.verifier().verify(token));
        } catch (InvalidLogoutTokenException invalid) {
            return rejected(invalid.problem(), INVALID);
        } catch (KeySourceException noKeys) {
            return rejected("the keys of its issuer could not be fetched", UNAVAILABLE);
        } catch (SessionStoreUnavailableException notKept) {
            return rejected("the revocation could not be stored", UNAVAILABLE);
        } catch (ParseException | BadJOSEException | JOSEException | RuntimeException invalid) {
            return rejected("it is no JWT with a known type, algorithm, key and signature", INVALID);
        }
    }

    private String end(TrustedIssuer issuer, LogoutToken token) throws InvalidLogoutTokenException {
        String sessionId = token.sid() == null ? null : issuer.sessionId(token.sid());
        String userId = token.userId() == null ? null : issuer.userId(token.userId());
        if (sessionId != null) {
            if (!SessionIds.isUsable(sessionId)) {
                throw new InvalidLogoutTokenException("sid is empty, too long, or has other characters");
            }
            endSession(sessionId);
        } else if (userId != null) {
            if (!SessionIds.isUsableUserId(userId)) {
                throw new InvalidLogoutTokenException("the user id is empty, too long, or has other characters");
            }
            // iat has whole seconds: whatever began in this second may have begun before.
            tracking.revokeSessions(userId, token.issuedAt().plusMillis(999), SessionEndReason.IDENTITY_PROVIDER);
        }
        return "";
    }

    /** With the outage policy {@code reject}, the service throws also if the revocation is pending. */
    private void endSession(String sessionId) {
        try {
            sessions.revokeSession(sessionId, SessionEndReason.IDENTITY_PROVIDER);
        } catch (SessionStoreUnavailableException unconfirmed) {
            if (!tracking.isRevocationPending(sessionId)) {
                throw unconfirmed;
            }
        }
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

    /** An issuer, and what verifies its logout tokens. */
    private record IssuerLogout(TrustedIssuer issuer, LogoutTokenVerifier verifier) {}
}
