// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.core.SessionChecker.FirstUse;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.spi.SessionStore.Providers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** What the tokens of an identity provider say. */
public final class ProviderTokens {

    public static final Duration LIFETIME = Duration.ofHours(10);

    /** Of all sessions and users. */
    public static final Providers PROVIDER = new Providers() {
        @Override
        public boolean exist() {
            return true;
        }

        @Override
        public Duration refreshableSession(String sessionId) {
            return LIFETIME;
        }

        @Override
        public Duration refreshableUser(String userId) {
            return LIFETIME;
        }
    };

    public static final SessionMetadata CLIENT = SessionMetadata.of("203.0.113.7", "Firefox");

    private ProviderTokens() {}

    /** A time of authentication as tokens have it. */
    public static Instant secondsAgo(long seconds) {
        return Instant.now().minusSeconds(seconds).truncatedTo(ChronoUnit.SECONDS);
    }

    /** A token that expires in five minutes. Each one is another refresh. */
    public static TokenSession token(String sid, String sub, @Nullable Instant authenticatedAt) {
        return new TokenSession(
                sid, sub, authenticatedAt, new FirstUse(LIFETIME, Instant.now().plusSeconds(300), CLIENT));
    }
}
