// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange.FirstUse;
import dev.sessiontracking.spi.SessionChange.Recorded;
import dev.sessiontracking.spi.SessionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Records sessions of identity providers at their first use. Whoever asks for a session that is being recorded gets the same
 * answer. Thread-safe; does not block.
 */
final class FirstUses {

    private static final Duration LONGEST = Duration.ofDays(3650);

    private final SessionStore store;

    private final CachingReader reader;

    private final Revoker revoker;

    private final SessionEvents events;

    private final SessionTracking.Settings settings;

    private final Clock clock;

    private final CoalescedReads<Recorded> uses;

    FirstUses(
            SessionStore store,
            CachingReader reader,
            Revoker revoker,
            SessionEvents events,
            SessionTracking.Settings settings,
            Clock clock) {
        this.store = store;
        this.reader = reader;
        this.revoker = revoker;
        this.events = events;
        this.settings = settings;
        this.clock = clock;
        this.uses = new CoalescedReads<>(System::nanoTime, clock);
    }

    /**
     * Checks a session that the cache does not know, and records it if this is its first use.
     *
     * @param isFound whether the store held a session of this id a moment ago
     * @return fails with {@link SessionStoreUnavailableException} if the store does not answer
     */
    CompletionStage<Result> check(TokenSession token, boolean isFound, NotBefore cutoff) {
        if (cutoff.coversToken(token.authenticatedAt())) {
            return CompletableFuture.completedFuture(Result.ENDED_BY_STORE);
        }
        return isFound
                ? recorded(token, true)
                : revoker.markers()
                        .readForToken(Objects.requireNonNull(token.userId()))
                        .thenCompose(marker -> isCovered(token, marker)
                                ? CompletableFuture.completedFuture(Result.ENDED_BY_STORE)
                                : recorded(token, false));
    }

    /** The store compares with its own marker. It may have lost one that this node remembers. */
    private boolean isCovered(TokenSession token, NotBefore marker) {
        Instant authenticatedAt = token.authenticatedAt();
        return (authenticatedAt == null
                        ? marker.exists() && !token.sessionId().equals(marker.sparedSessionId())
                        : marker.covers(token.sessionId(), authenticatedAt))
                || revoker.denylist().users().deniesUnlessVerified(token.sessionId(), token.userId(), authenticatedAt);
    }

    private CompletionStage<Result> recorded(TokenSession token, boolean isFound) {
        String key = token.sessionId() + ' ' + token.authenticatedAt() + ' ' + isFound;
        return uses.read(key, () -> recordFirstUse(token, isFound)).thenApply(recorded -> result(token, recorded));
    }

    private CompletionStage<Recorded> recordFirstUse(TokenSession token, boolean isFound) {
        SessionChecker.FirstUse use = Objects.requireNonNull(token.firstUse());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Duration tokenLife = Duration.between(now, use.tokenExpiresAt()).plus(SessionWrites.LEEWAY);
        Duration longer = tokenLife.compareTo(use.lifetime()) > 0 ? tokenLife : use.lifetime();
        Duration lifetime = longer.compareTo(LONGEST) > 0 ? LONGEST : longer;
        return store.recordFirstUse(
                        session(token, use, now, lifetime), lifetime, new FirstUse(token.authenticatedAt(), isFound))
                .thenApply(this::told);
    }

    private UserSession session(TokenSession token, SessionChecker.FirstUse use, Instant now, Duration lifetime) {
        Instant began = Objects.requireNonNullElse(token.authenticatedAt(), now);
        SessionMetadata kept = settings.metadata().apply(use.metadata());
        return new UserSession(
                token.sessionId(),
                Objects.requireNonNull(token.userId()),
                kept,
                began,
                now.plus(lifetime),
                null,
                new UserSession.LastUse(now, kept),
                true);
    }

    private Result result(TokenSession token, Recorded recorded) {
        if (!recorded.isLive()) {
            reader.keepEnded(token.sessionId(), recorded.endedUntil());
            return Result.ENDED_BY_STORE;
        }
        if (recorded.created() != null) {
            reader.invalidate(token.sessionId());
        }
        return Result.LIVE_BY_STORE;
    }

    /** Listeners may block, and this may be a thread of the store. */
    private Recorded told(Recorded recorded) {
        UserSession session = recorded.created();
        if (session != null) {
            revoker.denylist().users().created(session.userId(), session.id(), session.createdAt());
            events.inBackground(() -> {
                events.created(session);
                for (String evicted : recorded.evicted()) {
                    SessionWrites.ignoringOutage(
                            () -> revoker.revokeOwn(evicted, session.userId(), null, SessionEndReason.LIMIT));
                }
            });
        }
        return recorded;
    }
}
