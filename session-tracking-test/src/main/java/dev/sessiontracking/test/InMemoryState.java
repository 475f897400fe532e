// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.SessionEndReason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a session that was registered, or has ended.
 *
 * @param reason why it has ended, or {@code null} if it has not
 * @param until when this is forgotten
 * @param endedUntil of a session of an identity provider: tokens are rejected whose user has authenticated until then
 * @param authenticatedAt when the user of such a session had authenticated at its first use, if that is known
 */
record InMemoryState(
        @Nullable SessionEndReason reason,
        Instant until,
        @Nullable Instant endedUntil,
        @Nullable Instant authenticatedAt) {

    boolean rejects(@Nullable Instant time) {
        return endedUntil == null || (endedUntil.isAfter(Instant.EPOCH) && (time == null || !time.isAfter(endedUntil)));
    }

    /** Never before the authentication that is known; if none is, the clock of the provider may be a minute ahead. */
    Instant end(Instant now) {
        Instant known = authenticatedAt == null ? endedUntil : authenticatedAt;
        Instant least = known == null ? now.plusSeconds(60) : known;
        return (least.isAfter(now) ? least : now).truncatedTo(ChronoUnit.SECONDS);
    }
}
