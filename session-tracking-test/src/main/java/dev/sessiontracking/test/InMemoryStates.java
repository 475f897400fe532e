// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is remembered of sessions that were registered, were used first, or have ended. Not thread-safe. */
final class InMemoryStates {

    private static final Instant FOR_GOOD = Instant.parse("9999-12-31T23:59:59Z");

    private final Map<String, State> states = new HashMap<>();

    void clear() {
        states.clear();
    }

    /** Whether the session was registered, or has ended. It cannot be registered then. */
    boolean holds(String sessionId, Instant now) {
        return of(sessionId, now) != null;
    }

    private @Nullable State of(String sessionId, Instant now) {
        State state = states.get(sessionId);
        return state != null && state.until.isAfter(now) ? state : null;
    }

    @Nullable
    SessionEndReason endReason(String sessionId, Instant now) {
        State state = of(sessionId, now);
        return state == null ? null : state.reason;
    }

    void registered(String sessionId, Instant until) {
        states.put(sessionId, new State(null, until, null, null));
    }

    /** The session of an identity provider began, or began again. */
    void used(String sessionId, Instant until, @Nullable Instant authenticatedAt, Instant now) {
        State before = of(sessionId, now);
        Instant ended = before == null ? Instant.EPOCH : Objects.requireNonNull(before.endedUntil);
        states.put(sessionId, new State(null, until, ended, authenticatedAt));
    }

    /** What becomes of the use of a session, or {@code null} if the session may begin. */
    @Nullable
    Recorded use(String sessionId, boolean isLive, @Nullable Instant authenticatedAt, Instant now) {
        State state = of(sessionId, now);
        if (isLive) {
            return state != null && state.endedUntil != null && state.rejects(authenticatedAt)
                    ? Recorded.ended(state.endedUntil)
                    : Recorded.LIVE;
        }
        return state == null || (state.reason != null && !state.rejects(authenticatedAt))
                ? null
                : Recorded.ended(state.endedUntil == null ? FOR_GOOD : state.endedUntil);
    }

    /** Whether the session of an identity provider began again after a revocation, which is known. Clocks may differ. */
    boolean hasBegunAgain(String sessionId, @Nullable Instant revokedAt, Instant now) {
        State state = of(sessionId, now);
        return revokedAt != null
                && state != null
                && state.reason == null
                && state.endedUntil != null
                && state.endedUntil.isAfter(revokedAt.minusSeconds(60))
                && state.authenticatedAt != null
                && state.authenticatedAt.isAfter(revokedAt);
    }

    /** Remembers that a session has ended, unless nobody can ask. The first reason counts. */
    void ended(String sessionId, boolean wasLive, End end, Instant now) {
        Duration longest = end.kept().compareTo(end.tokenLife()) > 0 ? end.kept() : end.tokenLife();
        if (longest.toMillis() > 0 && (wasLive || end.tokenLife().toMillis() > 0)) {
            State before = of(sessionId, now);
            Instant until = now.plus(longest);
            states.put(
                    sessionId,
                    new State(
                            wasLive || before == null || before.reason == null ? end.reason() : before.reason,
                            before == null || before.until.isBefore(until) ? until : before.until,
                            end.ofProvider() || (before != null && before.endedUntil != null)
                                    ? (before == null ? new State(null, until, null, null) : before)
                                            .end(
                                                    end.until() == null
                                                                    || end.until()
                                                                            .isAfter(now)
                                                            ? now
                                                            : end.until())
                                    : null,
                            null));
        }
    }

    /**
     * What is remembered of one session.
     *
     * @param reason why it has ended, or {@code null} if it has not
     * @param until when this is forgotten
     * @param endedUntil of a session of an identity provider: tokens are rejected whose user has authenticated until then
     * @param authenticatedAt when the user of such a session had authenticated at its first use, if that is known
     */
    private record State(
            @Nullable SessionEndReason reason,
            Instant until,
            @Nullable Instant endedUntil,
            @Nullable Instant authenticatedAt) {

        boolean rejects(@Nullable Instant time) {
            return endedUntil == null
                    || (endedUntil.isAfter(Instant.EPOCH) && (time == null || !time.isAfter(endedUntil)));
        }

        /** Never before the authentication that is known; if none is, the clock of the provider may be a minute ahead. */
        Instant end(Instant now) {
            Instant known = authenticatedAt == null ? endedUntil : authenticatedAt;
            Instant least = known == null ? now.plusSeconds(60) : known;
            return (least.isAfter(now) ? least : now).truncatedTo(ChronoUnit.SECONDS);
        }
    }
}
