// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * The claims that connect a JWT with a session.
 *
 * @param sessionIdClaims Claims that may contain the session id. The first one present in the token is used.
 * @param userIdClaim Claim with the user id that the application passes to createSession.
 * @param issuers Issuers whose tokens name sessions of this application. Tokens of other issuers are plain JWTs. Empty:
 *     any issuer.
 * @param requireSession Whether a token without a session id is rejected.
 */
@ConfigurationProperties("session.tracking.jwt")
record JwtProperties(
        @DefaultValue("sid") List<String> sessionIdClaims,
        @DefaultValue("sub") String userIdClaim,
        @DefaultValue List<String> issuers,
        @DefaultValue("false") boolean requireSession) {

    private static final String PREFIX = "session.tracking.jwt.";

    JwtProperties {
        sessionIdClaims = List.copyOf(sessionIdClaims);
        issuers = List.copyOf(issuers);
        if (sessionIdClaims.isEmpty()) {
            throw invalid(
                    "session-id-claims",
                    "is empty, so no token would be checked",
                    "Name the claims that contain the session id, for example sid, or remove the property.");
        }
        if (!allNamed(sessionIdClaims)) {
            throw invalid(
                    "session-id-claims",
                    "contains an empty name",
                    "Name the claims that contain the session id, separated by commas, for example sid.");
        }
        if (!StringUtils.hasText(userIdClaim)) {
            throw invalid(
                    "user-id-claim",
                    "is empty",
                    "Name the claim that contains the user id, for example sub, or remove the property.");
        }
        if (!allNamed(issuers)) {
            throw invalid(
                    "issuers",
                    "contains an empty issuer",
                    "List the issuers (claim iss) of tokens that contain your session ids, separated by commas,"
                            + " for example https://login.example.com, or remove the property to check the tokens of"
                            + " all issuers.");
        }
    }

    private static boolean allNamed(List<String> values) {
        return values.stream().allMatch(StringUtils::hasText);
    }

    private static SessionTrackingSetupException invalid(String property, String problem, String action) {
        return new SessionTrackingSetupException("The property " + PREFIX + property + " " + problem + ".", action);
    }
}
