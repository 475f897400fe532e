// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** The tokens of sessions that live for 30 days at most, with a store that a test switches off, and without one. */
abstract class SessionTokensFixture extends TrackedSessionFixture {

    static final SessionMetadata METADATA = SessionMetadata.of("203.0.113.7", "Firefox");

    final SessionTokens tokens = lenient.tokens("sub");

    final SessionTokens off = SessionTracking.off(lifetimes, clock).tokens("sub");

    SessionTokensFixture() {
        super(new Lifetimes(TTL, Duration.ofDays(30), Duration.ofSeconds(10)));
    }

    /** As a decoder gives them to the application. */
    static Map<String, Object> refreshToken(TokenGrant grant) {
        Map<String, Object> claims = new HashMap<>(grant.refreshClaims());
        claims.put("exp", grant.refreshExpiresAt());
        return claims;
    }

    static Map<String, Object> ofBob(Map<String, Object> claims) {
        Map<String, Object> bobs = new HashMap<>(claims);
        bobs.put("sub", "bob");
        return bobs;
    }

    TokenGrant refresh(TokenGrant grant) {
        return tokens.refresh(refreshToken(grant), METADATA);
    }

    /** By a refresh token of the time before sessions, whose user logged in a minute ago. */
    TokenGrant register(String userId) {
        Instant login = clock.instant().minusSeconds(60);
        return tokens.register(
                userId, "hash-of-an-old-token", METADATA, login, clock.instant().plus(TTL));
    }

    static void assertEnded(SessionTokens tokens, Map<String, Object> claims) {
        assertThatExceptionOfType(SessionEndedException.class).isThrownBy(() -> tokens.refresh(claims, METADATA));
    }
}
