// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.UserIndex.Added;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.SessionJson;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.FirstUse;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Recorded;
import dev.sessiontracking.spi.SessionChange.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Writes new sessions with the time of the server. So they can be compared with not-before markers of the server,
 * independently of the clocks of the nodes.
 */
final class Registrations {

    private static final long TAKEN = 0;

    private static final long ENDED = -1;

    private static final long NOT_THERE = -2;

    private static final Instant FOR_GOOD = Instant.parse("9999-12-31T23:59:59Z");

    private static final Added NOT_ADDED = new Added(UserIndex.WAS_THERE, 0, List.of());

    private static final String NOW = "";

    private static final String NEVER_AGAIN = "";

    private final RedisKeys keys;

    private final Admissions admissions;

    private final SessionEndings endings;

    private final Companions companions;

    Registrations(RedisKeys keys, UserIndex index, SessionEndings endings, Companions companions) {
        this.keys = keys;
        this.admissions = new Admissions(keys, index);
        this.endings = endings;
        this.companions = companions;
    }

    /**
     * Writes the session and its index entry at the same time; under a limit, one after the other.
     *
     * @return with the answer of the index
     */
    CompletionStage<Created> create(RedisRequest commands, UserSession session, Duration ttl, Limit limit) {
        String undated = undated(session);
        CompletableFuture<Long> written =
                write(commands, session, undated, ttl, NOW, NEVER_AGAIN).toCompletableFuture();
        CompletionStage<Added> admitted = limit.sessions() == 0
                ? admissions.admit(commands, session, null, ttl, limit)
                : written.thenCompose(now -> now <= TAKEN
                        ? CompletableFuture.completedFuture(NOT_ADDED)
                        : admissions.admit(commands, session, null, ttl, limit));
        CompletableFuture<Added> indexed = admitted.toCompletableFuture();
        return CompletableFuture.allOf(written, indexed)
                .handle((done, failure) -> {
                    if (failure != null) {
                        // Best effort. Nobody has received this id, and nobody will.
                        remove(commands, session, undated);
                        throw RedisFailures.unavailable(failure);
                    }
                    return written.join();
                })
                .thenCompose(now -> {
                    Added added = indexed.join();
                    if (now <= TAKEN) {
                        return CompletableFuture.completedFuture(new Created(Registration.EXISTS, added.answer()));
                    }
                    if (added.answer() == UserIndex.FULL) {
                        return remove(commands, session, undated)
                                .thenApply(removed -> new Created(Registration.FULL, added.answer()));
                    }
                    return afterMarker(
                                    commands,
                                    session,
                                    undated,
                                    now,
                                    Math.max(added.marker(), limit.cutoffMillis()),
                                    ttl)
                            .thenApply(stamped ->
                                    new Created(Registration.written(stamped, added.sessionIds()), added.answer()));
                });
    }

    private CompletionStage<Long> remove(RedisRequest commands, UserSession session, String undated) {
        return RedisScript.REMOVE.run(commands, keys.session(session.id()), beginning(undated));
    }

    /** @param indexed the answer of the index */
    record Created(Registration result, long indexed) {}

    /**
     * A session that is created after the marker, or the cut-off, must have a later time. The clocks of two masters may differ, or a
     * failover may have set the clock back.
     */
    private CompletionStage<UserSession> afterMarker(
            RedisRequest commands, UserSession session, String undated, long now, long marker, Duration ttl) {
        UserSession written = stamped(session, now, now, ttl);
        if (now > marker) {
            return CompletableFuture.completedFuture(written);
        }
        UserSession later = stamped(session, marker + 1, now, ttl);
        return RedisScript.REPLACE
                .run(
                        commands,
                        keys.session(session.id()),
                        dated(undated, written),
                        dated(undated, later),
                        String.valueOf(Duration.between(Instant.ofEpochMilli(now), later.expiresAt())
                                .toMillis()))
                .thenApply(replaced -> later);
    }

    /**
     * Writes the session first, then its entry, and reads the marker together with the entry. A revocation of all
     * sessions writes the marker first and reads the index then, so one of the two sees the other. If the node stops in
     * between, the session has no entry. The next request with the token adds the entry, or is rejected.
     */
    CompletionStage<Registration> register(
            RedisRequest commands, UserSession session, Duration ttl, Duration tokenLife, Limit limit) {
        Instant began = session.createdAt();
        return write(commands, session, undated(session), ttl, millis(began), String.valueOf(tokenLife.toMillis()))
                .thenCompose(now -> {
                    if (now == TAKEN || now == ENDED) {
                        return CompletableFuture.completedFuture(
                                now == TAKEN ? Registration.EXISTS : Registration.REFUSED);
                    }
                    UserSession written = stamped(session, began.toEpochMilli(), now, ttl);
                    return admissions
                            .admit(commands, session, began, ttl, limit)
                            .thenCompose(added -> {
                                if (added.answer() < UserIndex.COVERED || added.answer() > UserIndex.FULL) {
                                    return CompletableFuture.completedFuture(
                                            Registration.written(written, added.sessionIds()));
                                }
                                boolean isFull = added.answer() == UserIndex.FULL;
                                End end = new End(
                                        isFull ? SessionEndReason.LIMIT : SessionEndReason.REVOKED, ttl, Duration.ZERO);
                                return endings.end(commands, session.id(), end)
                                        .thenApply(deleted -> isFull ? Registration.FULL : Registration.REFUSED);
                            });
                });
    }

    /** Without a state, a revoked session would begin again. */
    boolean recordsFirstUse() {
        return companions.arePermitted();
    }

    /**
     * Writes the entry first, which also compares with the marker, and then the session, unless its state says that it has
     * ended. A revocation of all sessions writes the marker first, and then the state of each entry, so one of the two sees
     * the other. Nobody can use the session in between.
     */
    CompletionStage<Recorded> recordFirstUse(
            RedisRequest commands, UserSession session, Duration lifetime, FirstUse use) {
        String undated = undated(session);
        Supplier<CompletionStage<Long>> look = () -> write(commands, session, undated, lifetime, use, true);
        CompletionStage<Long> before = use.isFound() ? look.get() : CompletableFuture.completedFuture(NOT_THERE);
        return before.thenCompose(answer -> answer != NOT_THERE
                ? CompletableFuture.completedFuture(known(answer))
                : writeFirstUse(commands, session, undated, lifetime, use)
                        .exceptionallyCompose(failure -> RedisFailures.isOutage(failure)
                                ? CompletableFuture.failedFuture(failure)
                                : look.get().thenApply(found -> knownUnless(failure, found))));
    }

    private static Recorded known(long answer) {
        return answer == TAKEN ? Recorded.LIVE : Recorded.ended(endedUntil(answer));
    }

    /** A server that refuses to write, because its memory is full or the index has another type, still knows what has ended. */
    private static Recorded knownUnless(Throwable failure, long answer) {
        if (answer == NOT_THERE) {
            throw RedisFailures.unavailable(failure);
        }
        return known(answer);
    }

    private CompletionStage<Recorded> writeFirstUse(
            RedisRequest commands, UserSession session, String undated, Duration lifetime, FirstUse use) {
        // A marker covers a token that does not say when its user has authenticated.
        Instant began = Objects.requireNonNullElse(use.authenticatedAt(), Instant.ofEpochMilli(1));
        return admissions.admit(commands, session, began, lifetime, Limit.NONE).thenCompose(added -> {
            if (added.answer() >= UserIndex.COVERED && added.answer() <= UserIndex.EVICTED) {
                return CompletableFuture.completedFuture(Recorded.ended(Instant.EPOCH));
            }
            return write(commands, session, undated, lifetime, use, false).thenApply(now -> {
                if (now <= TAKEN) {
                    if (now < TAKEN && added.answer() != UserIndex.WAS_THERE) {
                        admissions.withdraw(commands, session);
                    }
                    return known(now);
                }
                UserSession written = stamped(session, session.createdAt().toEpochMilli(), now, lifetime);
                return new Recorded(written, true, Instant.EPOCH, added.sessionIds());
            });
        });
    }

    private CompletionStage<Long> write(
            RedisRequest commands,
            UserSession session,
            String undated,
            Duration lifetime,
            FirstUse use,
            boolean onlyLooks) {
        Instant authenticatedAt = use.authenticatedAt();
        return companions.run(
                RedisScript.REGISTER,
                commands,
                keys.session(session.id()),
                keys.sessionState(session.id()),
                undated,
                String.valueOf(lifetime.toMillis()),
                authenticatedAt == null ? NOW : millis(authenticatedAt),
                NEVER_AGAIN,
                "",
                authenticatedAt == null ? "0" : String.valueOf(authenticatedAt.getEpochSecond()),
                onlyLooks ? "1" : "");
    }

    private static Instant endedUntil(long answer) {
        return answer == ENDED ? FOR_GOOD : Instant.ofEpochSecond(-answer);
    }

    private CompletionStage<Long> write(
            RedisRequest commands, UserSession session, String undated, Duration ttl, String began, String tokenLife) {
        return companions.run(
                RedisScript.REGISTER,
                commands,
                keys.session(session.id()),
                keys.sessionState(session.id()),
                undated,
                String.valueOf(ttl.toMillis()),
                began,
                tokenLife,
                session.maxExpiresAt() == null ? "" : String.valueOf(longest(session)));
    }

    /** How long the session lives at most: what counts is its length, for the server's clock says when it begins. */
    private static long longest(UserSession session) {
        return Duration.between(session.createdAt(), Objects.requireNonNull(session.maxExpiresAt()))
                .toMillis();
    }

    /** With a nonce: an attempt that is repeated recognizes its own session, and takes no other for it. */
    private static String undated(UserSession session) {
        int nonce = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
        return SessionJson.writeUndated(session, Integer.toString(nonce, Character.MAX_RADIX));
    }

    private static String beginning(String undated) {
        return undated.substring(0, undated.length() - 1);
    }

    private static String dated(String undated, UserSession stamped) {
        return beginning(undated) + ",\"createdAt\":\"" + stamped.createdAt() + "\",\"expiresAt\":\""
                + stamped.expiresAt()
                + (stamped.maxExpiresAt() == null ? "" : "\",\"maxExpiresAt\":\"" + stamped.maxExpiresAt())
                + "\"}";
    }

    private static UserSession stamped(UserSession session, long began, long now, Duration ttl) {
        Instant createdAt = Instant.ofEpochMilli(began);
        return session.stored(
                createdAt,
                Instant.ofEpochMilli(now).plusMillis(ttl.toMillis()),
                session.maxExpiresAt() == null ? null : createdAt.plusMillis(longest(session)),
                new UserSession.LastUse(createdAt, session.metadata()));
    }

    private static String millis(Instant instant) {
        return String.valueOf(instant.toEpochMilli());
    }
}
