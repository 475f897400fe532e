// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.security.IssuersProperties.Issuer;
import dev.sessiontracking.security.IssuersProperties.Registration;
import dev.sessiontracking.spi.SessionStore.Providers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * The issuers whose tokens name sessions, and how their claims become ids. The ids of a single issuer are its claims.
 * With several issuers, the ids of an issuer that has an alias begin with it, so no issuer can name a session or a user of
 * another one. Immutable.
 */
final class TrustedIssuers implements Providers {

    static final String BOOT = "spring.security.oauth2.resourceserver.jwt.issuer-uri";

    private final Map<String, TrustedIssuer> byUri = new LinkedHashMap<>();

    private final List<TrustedIssuer> prefixed;

    private final List<TrustedIssuer> firstUse;

    /** For tokens of all issuers if none is listed, and for what is said about tokens of unlisted ones. */
    private final TrustedIssuer unlisted;

    /** @param bootIssuer the issuer of Spring Boot's decoder, if there is one */
    TrustedIssuers(JwtProperties jwt, IssuersProperties properties, @Nullable String bootIssuer) {
        Map<String, Issuer> aliases = new TreeMap<>(properties.issuers());
        this.unlisted = listed(jwt, null);
        jwt.issuers().forEach(uri -> byUri.put(uri, listed(jwt, uri)));
        boolean several = aliases.size() + byUri.size() > 1;
        aliases.forEach((alias, issuer) -> {
            TrustedIssuer added = aliased(alias, issuer, jwt, bootIssuer, several);
            TrustedIssuer known = byUri.put(String.valueOf(added.uri()), added);
            if (known != null) {
                throw new SessionTrackingSetupException(
                        "The issuer " + added.uri() + " is listed twice: in session.tracking.issuers." + alias
                                + " and in "
                                + (known.alias() == null
                                        ? "session.tracking.jwt.issuers"
                                        : "session.tracking.issuers." + known.alias())
                                + ".",
                        "Remove one of the two.");
            }
        });
        this.firstUse = byUri.values().stream()
                .filter(issuer -> issuer.refreshable() != null)
                .toList();
        this.prefixed = byUri.values().stream().filter(TrustedIssuer::prefix).toList();
    }

    private static TrustedIssuer listed(JwtProperties jwt, @Nullable String uri) {
        return new TrustedIssuer(null, uri, jwt.sessionIdClaims(), jwt.userIdClaim(), List.of(), null, false);
    }

    private static TrustedIssuer aliased(
            String alias, Issuer issuer, JwtProperties jwt, @Nullable String bootIssuer, boolean several) {
        String uri = StringUtils.hasText(issuer.issuerUri()) ? issuer.issuerUri() : bootIssuer;
        if (!StringUtils.hasText(uri)) {
            throw new SessionTrackingSetupException(
                    "The property session.tracking.issuers." + alias + ".issuer-uri is missing, and " + BOOT
                            + " is not set.",
                    "Set session.tracking.issuers." + alias + ".issuer-uri to the claim iss of the tokens, for example"
                            + " https://login.example.com/realms/main.");
        }
        return new TrustedIssuer(
                alias,
                uri,
                issuer.sessionIdClaims(jwt),
                issuer.userIdClaim(jwt),
                List.copyOf(issuer.clientIds()),
                issuer.registration() == Registration.FIRST_USE ? issuer.lifetime() : null,
                several);
    }

    @Override
    public boolean exist() {
        return !firstUse.isEmpty();
    }

    @Override
    public Duration refreshableSession(String sessionId) {
        return refreshable(sessionId, TrustedIssuer::hasSession);
    }

    @Override
    public Duration refreshableUser(String userId) {
        return refreshable(userId, TrustedIssuer::hasUser);
    }

    private Duration refreshable(String id, BiPredicate<TrustedIssuer, String> has) {
        return firstUse.stream()
                .filter(issuer -> has.test(issuer, id))
                .map(issuer -> Objects.requireNonNull(issuer.refreshable()))
                .findFirst()
                .orElse(Duration.ZERO);
    }

    /** Whether no issuer is listed, so that tokens of all issuers name sessions. */
    boolean areAny() {
        return byUri.isEmpty();
    }

    /** The issuer of a token; {@code null} if its tokens are plain JWTs. */
    @Nullable
    TrustedIssuer find(@Nullable String uri) {
        return byUri.isEmpty() ? unlisted : uri == null ? null : byUri.get(uri);
    }

    /** The issuers that have an alias. */
    List<TrustedIssuer> aliased() {
        return byUri.values().stream().filter(issuer -> issuer.alias() != null).toList();
    }

    TrustedIssuer unlisted() {
        return unlisted;
    }

    /** Whether an id from a claim of this issuer is the id of another issuer's session or user. */
    boolean belongsToAnother(TrustedIssuer issuer, String id, BiPredicate<TrustedIssuer, String> has) {
        if (!issuer.prefix()) {
            for (TrustedIssuer other : prefixed) {
                if (has.test(other, id)) {
                    return true;
                }
            }
        }
        return false;
    }
}
