// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.connection.Line;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.SessionJson;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Refreshed.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Renews sessions and rotates their refresh tokens, by the clock of the server. Replaces a value only if it is
 * unchanged since it was read. So a renewal never creates a session, and only one concurrent rotation succeeds.
 *
 * <p>If Redis may have rotated a token, but has not replied, the client still has the token before. The rotation is taken
 * back within about a second after Redis answers: otherwise that token would be a reuse. Thread-safe.
 */
final class Renewals {

    /** Two renewals at the same moment see each other's value change; these rounds outlast any that are not endless. */
    private static final int ROUNDS = 6;

    /** What a decoder makes of bytes that are no UTF-8 text. */
    private static final char NO_TEXT = '\uFFFD';

    private static final long REPLACED = 1;

    private static final long GONE = -1;

    private static final long REVOKED = -2;

    private static final long UNCHANGED = 0;

    /** The pause between attempts to take rotations back. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final int MOST_UNANSWERED = 1_000;

    private static final int MOST_OF_A_SESSION = 8;

    /** Longer values are of other writers. */
    private static final int LONGEST_UNANSWERED = 4_096;

    private final RedisLink link;

    private final RedisKeys keys;

    private final UserIndex index;

    private final SessionEndings endings;

    /** Rotations without a reply. Of concurrent ones of a session, any may have happened. */
    private final Set<Attempt> unanswered = ConcurrentHashMap.newKeySet();

    /** Whether another attempt to take them back is due or runs. */
    private final AtomicBoolean due = new AtomicBoolean();

    Renewals(RedisLink link, RedisKeys keys, UserIndex index, SessionEndings endings) {
        this.link = link;
        this.keys = keys;
        this.endings = endings;
        this.index = index;
    }

    CompletionStage<Refreshed> run(RedisRequest commands, String sessionId, Refresh refresh) {
        return takeBack(commands, lost -> lost.session().id().equals(sessionId))
                .thenCompose(done -> run(commands, sessionId, refresh, null, ROUNDS));
    }

    /** Not while a circuit breaker is open. Nobody waits for these attempts, so a failure of one is no outage. */
    private void takeBackLater() {
        if (due.compareAndSet(false, true)) {
            link.later(
                    PAUSE,
                    () -> link.bulkRequest("", commands -> takeBack(commands, lost -> !isLeftOut(commands, lost)))
                            .whenComplete((done, failure) -> {
                                due.set(false);
                                if (!unanswered.isEmpty()) {
                                    takeBackLater();
                                }
                            }));
        }
    }

    /** One session never takes the room of all others. */
    private boolean hasRoom(String sessionId) {
        return unanswered.size() < MOST_UNANSWERED
                && unanswered.stream()
                                .filter(lost -> lost.session().id().equals(sessionId))
                                .count()
                        < MOST_OF_A_SESSION;
    }

    private boolean isLeftOut(RedisRequest commands, Attempt lost) {
        return commands.isLeftOut(Line.WRITE, keys.session(lost.session().id()));
    }

    private CompletionStage<?> takeBack(RedisRequest commands, Predicate<Attempt> which) {
        return RedisRequest.all(unanswered.stream().filter(which).map(lost -> takeBack(commands, lost)));
    }

    private CompletionStage<Boolean> takeBack(RedisRequest commands, Attempt lost) {
        UserSession session = lost.session();
        String before = SessionJson.renew(lost.replacement(), session, session, SessionJson.rotation(lost.value()));
        // The server may still receive the lost command. It rotates nothing once the value from before is replaced.
        return replace(commands, session, lost.value(), before)
                .thenCompose(answer -> answer == UNCHANGED
                        ? replace(commands, session, lost.replacement(), before)
                        : CompletableFuture.completedFuture(answer))
                // Kept until then: whoever comes meanwhile does the same, and waits for it.
                .thenApply(answer -> unanswered.remove(lost));
    }

    /** Changes nothing if somebody else has changed the value. */
    private CompletionStage<Long> replace(
            RedisRequest commands, UserSession session, String value, String replacement) {
        Instant end = session.expiresAt();
        return RedisScript.REPLACE.run(
                commands,
                keys.session(session.id()),
                value,
                replacement,
                String.valueOf(Duration.between(session.lastUse().at(), end).toMillis()),
                String.valueOf(end.toEpochMilli()));
    }

    private CompletionStage<Refreshed> run(
            RedisRequest commands, String sessionId, Refresh refresh, @Nullable Attempt before, int rounds) {
        CompletionStage<Long> time = RedisScript.TIME.run(commands, keys.session(sessionId));
        return commands.text(keys.session(sessionId))
                .thenCombine(time, (value, now) -> {
                    UserSession session = SessionValues.parsed(sessionId, value);
                    return value == null || session == null || !refresh.isOf(session)
                            ? null
                            : Attempt.of(value, session, refresh, Instant.ofEpochMilli(now));
                })
                .thenCompose(attempt -> {
                    if (attempt == null) {
                        return ended();
                    }
                    if (before != null
                            && attempt.value().equals(before.value())
                            && attempt.value().indexOf(NO_TEXT) >= 0) {
                        // Read twice, and the server says that it holds another one: what is there is no UTF-8 text.
                        // Other text can return within a millisecond, when several renew the session.
                        BrokenValues.warnOfSession(sessionId);
                        return ended();
                    }
                    if (before != null
                            && commands.isRepeated()
                            && attempt.value().equals(before.replacement())) {
                        return CompletableFuture.completedFuture(before.refreshed());
                    }
                    return write(commands, attempt, refresh, rounds);
                });
    }

    /**
     * The index first: an entry that outlives its session is harmless, a session that outlives its entry could not be
     * revoked with the others.
     */
    private CompletionStage<Refreshed> write(RedisRequest commands, Attempt attempt, Refresh refresh, int rounds) {
        UserSession session = attempt.session();
        if (attempt.refreshed().result() == Result.REUSED) {
            return CompletableFuture.completedFuture(attempt.refreshed());
        }
        return index.add(commands, session.userId(), session.id(), session.createdAt(), refresh.ttl())
                .thenApply(UserIndex.Added::answer)
                .thenCompose(indexed -> {
                    if (indexed == UserIndex.COVERED_LATELY) {
                        // The revocation removes and counts it.
                        return CompletableFuture.completedFuture(REVOKED);
                    }
                    if (indexed == UserIndex.COVERED || indexed == UserIndex.EVICTED) {
                        SessionEndReason reason =
                                indexed == UserIndex.EVICTED ? SessionEndReason.LIMIT : SessionEndReason.REVOKED;
                        return endings.end(commands, session.id(), new End(reason, refresh.ttl(), Duration.ZERO))
                                .thenApply(deleted -> GONE);
                    }
                    return attempt.refreshed().result() == Result.REPEATED
                            ? CompletableFuture.completedFuture(REPLACED)
                            : replace(commands, session, attempt.value(), attempt.replacement())
                                    .whenComplete((answer, failure) -> {
                                        if (failure != null
                                                && refresh.generation() != null
                                                && hasRoom(session.id())
                                                && attempt.replacement().length() <= LONGEST_UNANSWERED) {
                                            unanswered.add(attempt);
                                            takeBackLater();
                                        }
                                    });
                })
                .thenCompose(replaced -> {
                    if (replaced == REVOKED) {
                        return ended();
                    }
                    if (replaced == GONE) {
                        index.remove(commands, session.userId(), List.of(session.id()));
                        return ended();
                    }
                    if (replaced == REPLACED || (rounds == 1 && refresh.generation() == null)) {
                        return CompletableFuture.completedFuture(attempt.refreshed());
                    }
                    if (rounds == 1) {
                        throw new SessionStoreUnavailableException(
                                "Others change this session all the time: its refresh token cannot be rotated", null);
                    }
                    return run(commands, session.id(), refresh, attempt, rounds - 1);
                });
    }

    private static CompletionStage<Refreshed> ended() {
        return CompletableFuture.completedFuture(Refreshed.ENDED);
    }

    /**
     * What is to be written.
     *
     * @param value what was read
     * @param replacement what replaces it, if anything is to be written
     * @param refreshed the result if it is written
     */
    private record Attempt(String value, String replacement, Refreshed refreshed) {

        UserSession session() {
            return Objects.requireNonNull(refreshed.session());
        }

        static Attempt of(String value, UserSession session, Refresh refresh, Instant now) {
            SessionJson.Rotation known = SessionJson.rotation(value);
            Long presented = refresh.generation();
            if (presented != null && presented < known.generation()) {
                long age = now.toEpochMilli() - known.millis();
                boolean isPrevious = presented == known.generation() - 1
                        && age < refresh.reuseInterval().toMillis()
                        && !SessionJson.isOver(session, now);
                return new Attempt(
                        value,
                        value,
                        new Refreshed(isPrevious ? Result.REPEATED : Result.REUSED, session, known.generation()));
            }
            UserSession renewed = renewed(session, refresh, now);
            SessionJson.Rotation next =
                    presented == null ? null : new SessionJson.Rotation(presented + 1, now.toEpochMilli());
            return new Attempt(
                    value,
                    SessionJson.renew(value, session, renewed, next),
                    new Refreshed(Result.RENEWED, renewed, next == null ? known.generation() : next.generation()));
        }

        private static UserSession renewed(UserSession session, Refresh refresh, Instant now) {
            Instant last = session.maxExpiresAt();
            // Where nobody says when a session began, nobody can say how old it is.
            if (last == null
                    && refresh.maxLifetime() != null
                    && !session.createdAt().equals(Instant.EPOCH)) {
                last = session.createdAt().plus(refresh.maxLifetime());
            }
            SessionMetadata client =
                    refresh.metadata() == null ? session.lastUse().metadata() : refresh.metadata();
            return session.stored(
                    session.createdAt(),
                    now.plusMillis(refresh.ttl().toMillis()),
                    last,
                    new UserSession.LastUse(now, client));
        }
    }
}
