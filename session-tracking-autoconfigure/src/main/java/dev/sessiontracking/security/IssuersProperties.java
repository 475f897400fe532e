// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The issuers whose tokens name sessions.
 *
 * @param issuers Issuers by an alias of your choice, with the claims of their tokens. session.tracking.jwt.issuers is the
 *     short form for issuers whose sessions your application creates.
 */
@ConfigurationProperties("session.tracking")
record IssuersProperties(@DefaultValue Map<String, Issuer> issuers) {

    private static final Pattern ALIAS = Pattern.compile("[a-z0-9-]{1,32}");

    private static final Duration SHORTEST = Duration.ofMinutes(1);

    private static final Duration LONGEST = Duration.ofDays(3650);

    IssuersProperties {
        issuers = Map.copyOf(issuers);
        issuers.forEach((alias, issuer) -> {
            if (!ALIAS.matcher(alias).matches()) {
                throw new SessionTrackingSetupException(
                        "The alias '" + alias
                                + "' in session.tracking.issuers is not 1 to 32 characters of a-z, 0-9 and"
                                + " hyphens.",
                        "Choose a short alias, for example session.tracking.issuers.main.issuer-uri.");
            }
            issuer.check(alias);
        });
    }

    /** Who creates the sessions of an issuer. */
    enum Registration {
        /** The application, by createSession or SessionTokens. A token whose session it has not created is rejected. */
        EXPLICIT,
        /** The identity provider. The first request with a token of a session records the session. */
        FIRST_USE
    }

    /** The claims of a well-known identity provider. */
    enum Preset {
        KEYCLOAK("sid", "sub"),
        CLERK("sid", "sub"),
        SUPABASE("session_id", "sub"),
        COGNITO("origin_jti", "sub"),
        ENTRA("sid", "oid"),
        AUTHENTIK("sid", "sub"),
        FUSIONAUTH("sid", "sub"),
        /** Its access tokens name no session unless an Action adds a claim. */
        AUTH0(null, "sub"),
        /** Its access tokens name no session unless the authorization server adds a claim. */
        OKTA(null, "sub");

        private final @Nullable String sessionIdClaim;

        private final String userIdClaim;

        Preset(@Nullable String sessionIdClaim, String userIdClaim) {
            this.sessionIdClaim = sessionIdClaim;
            this.userIdClaim = userIdClaim;
        }
    }

    /**
     * An issuer.
     *
     * @param issuerUri the claim iss. Unset: spring.security.oauth2.resourceserver.jwt.issuer-uri
     * @param preset the claims of a well-known provider
     * @param sessionIdClaim the claim with the session id. Unset: that of the preset, or session.tracking.jwt.session-id-claims
     * @param userIdClaim the claim with the user id. Unset: that of the preset, or session.tracking.jwt.user-id-claim
     * @param clientIds the clients of this application, to which the issuer addresses logout tokens
     * @param registration who creates the sessions
     * @param lifetime with first-use: how long the issuer can renew tokens of a session
     */
    record Issuer(
            @Nullable String issuerUri,
            @Nullable Preset preset,
            @Nullable String sessionIdClaim,
            @Nullable String userIdClaim,
            @DefaultValue List<String> clientIds,
            @DefaultValue("explicit") Registration registration,
            @DefaultValue("10h") Duration lifetime) {

        private void check(String alias) {
            String prefix = "session.tracking.issuers." + alias + ".";
            SessionTrackingSetupException.require(
                    SessionTrackingSetupException.isBetween(SHORTEST, lifetime, LONGEST),
                    prefix + "lifetime",
                    lifetime,
                    "between one minute and 3650 days",
                    "Set " + prefix
                            + "lifetime to the longest time for which the identity provider renews the tokens of"
                            + " a session, for example 10h.");
            if (preset != null && preset.sessionIdClaim == null && sessionIdClaim == null) {
                throw new SessionTrackingSetupException(
                        "The property " + prefix + "preset is " + preset
                                + ", but access tokens of this provider name no" + " session by default.",
                        "Let the provider add a claim with the session id, and name the claim in " + prefix
                                + "session-id-claim.");
            }
        }

        List<String> sessionIdClaims(JwtProperties defaults) {
            String claim = sessionIdClaim != null || preset == null ? sessionIdClaim : preset.sessionIdClaim;
            return claim == null ? defaults.sessionIdClaims() : List.of(claim);
        }

        String userIdClaim(JwtProperties defaults) {
            if (userIdClaim != null) {
                return userIdClaim;
            }
            return preset == null ? defaults.userIdClaim() : preset.userIdClaim;
        }
    }
}
