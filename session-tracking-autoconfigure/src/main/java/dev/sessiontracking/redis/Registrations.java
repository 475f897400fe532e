// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.UserIndex.Added;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.format.RedisKeys;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
        this.admissions = new Admissions(keys, index, new AtomicBoolean());
        this.endings = endings;
        this.companions = companions;
    }

    /**
     * Writes the session and its index entry at the same time; under a limit, one after the other.
     *
     * @return with the answer of the index
     */
    CompletionStage<Created> create(NewSession login, Limit limit) {
        CompletableFuture<Long> written =
                write(login, NOW, NEVER_AGAIN, null, false).toCompletableFuture();
        CompletionStage<Added> admitted = limit.sessions() == 0
                ? admissions.admit(login, null, limit)
                : written.thenCompose(now -> now <= TAKEN
                        ? CompletableFuture.completedFuture(NOT_ADDED)
                        : admissions.admit(login, null, limit));
        CompletableFuture<Added> indexed = admitted.toCompletableFuture();
        return CompletableFuture.allOf(written, indexed)
                .handle((done, failure) -> {
                    if (failure != null) {
                        // Best effort. Nobody has received this id, and nobody will.
                        remove(login);
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
                        return remove(login).thenApply(removed -> new Created(Registration.FULL, added.answer()));
                    }
                    return afterMarker(login, now, Math.max(added.marker(), limit.cutoffMillis()))
                            .thenApply(stamped ->
                                    new Created(Registration.written(stamped, added.sessionIds()), added.answer()));
                });
    }

    private CompletionStage<Long> remove(NewSession login) {
        return RedisScript.REMOVE.run(login.commands(), keys.session(login.id()), login.beginning());
    }

    /** @param indexed the answer of the index */
    record Created(Registration result, long indexed) {}

    /**
     * A session that is created after the marker, or the cut-off, must have a later time. The clocks of two masters may differ, or a
     * failover may have set the clock back.
     */
    private CompletionStage<UserSession> afterMarker(NewSession login, long now, long marker) {
        UserSession written = login.stamped(now, now);
        if (now > marker) {
            return CompletableFuture.completedFuture(written);
        }
        UserSession later = login.stamped(marker + 1, now);
        return RedisScript.REPLACE
                .run(
                        login.commands(),
                        keys.session(login.id()),
                        login.dated(written),
                        login.dated(later),
                        String.valueOf(later.expiresAt().toEpochMilli() - now))
                .thenApply(replaced -> later);
    }

    /**
     * Writes the session first, then its entry, and reads the marker together with the entry. A revocation of all
     * sessions writes the marker first and reads the index then, so one of the two sees the other. If the node stops in
     * between, the session has no entry. The next request with the token adds the entry, or is rejected.
     */
    CompletionStage<Registration> register(NewSession login, Duration tokenLife, Limit limit) {
        Instant began = login.session().createdAt();
        return write(login, millis(began), String.valueOf(tokenLife.toMillis()), null, false)
                .thenCompose(now -> {
                    if (now == TAKEN || now == ENDED) {
                        return CompletableFuture.completedFuture(
                                now == TAKEN ? Registration.EXISTS : Registration.REFUSED);
                    }
                    UserSession written = login.stamped(began.toEpochMilli(), now);
                    return admissions.admit(login, began, limit).thenCompose(added -> {
                        if (added.answer() < UserIndex.COVERED || added.answer() > UserIndex.FULL) {
                            return CompletableFuture.completedFuture(Registration.written(written, added.sessionIds()));
                        }
                        boolean isFull = added.answer() == UserIndex.FULL;
                        SessionEndReason reason = isFull ? SessionEndReason.LIMIT : SessionEndReason.REVOKED;
                        return endings.end(login.commands(), login.id(), new End(reason, login.ttl(), Duration.ZERO))
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
    CompletionStage<Recorded> recordFirstUse(NewSession used, FirstUse use) {
        Supplier<CompletionStage<Long>> look = () -> write(used, use, true);
        CompletionStage<Long> before = use.isFound() ? look.get() : CompletableFuture.completedFuture(NOT_THERE);
        return before.thenCompose(answer -> answer != NOT_THERE
                ? CompletableFuture.completedFuture(known(answer))
                : writeFirstUse(used, use)
                        .exceptionallyCompose(failure -> RedisFailures.isOutage(failure)
                                ? CompletableFuture.failedFuture(failure)
                                : look.get().thenApply(found -> knownUnless(failure, found))));
    }

    private static Recorded known(long answer) {
        Instant endedUntil = answer == ENDED ? FOR_GOOD : Instant.ofEpochSecond(-answer);
        return answer == TAKEN ? Recorded.LIVE : Recorded.ended(endedUntil);
    }

    /** A server that refuses to write, because its memory is full or the index has another type, still knows what has ended. */
    private static Recorded knownUnless(Throwable failure, long answer) {
        if (answer == NOT_THERE) {
            throw RedisFailures.unavailable(failure);
        }
        return known(answer);
    }

    private CompletionStage<Recorded> writeFirstUse(NewSession used, FirstUse use) {
        // A marker covers a token that does not say when its user has authenticated.
        Instant began = Objects.requireNonNullElse(use.authenticatedAt(), Instant.ofEpochMilli(1));
        return admissions.admit(used, began, Limit.NONE).thenCompose(added -> {
            if (added.answer() >= UserIndex.COVERED && added.answer() <= UserIndex.EVICTED) {
                return CompletableFuture.completedFuture(Recorded.ended(Instant.EPOCH));
            }
            return write(used, use, false).thenApply(now -> {
                if (now <= TAKEN) {
                    if (now < TAKEN && added.answer() != UserIndex.WAS_THERE) {
                        admissions.withdraw(used);
                    }
                    return known(now);
                }
                UserSession written = used.stamped(used.session().createdAt().toEpochMilli(), now);
                return new Recorded(written, true, Instant.EPOCH, added.sessionIds());
            });
        });
    }

    private CompletionStage<Long> write(NewSession used, FirstUse use, boolean onlyLooks) {
        Instant authenticatedAt = use.authenticatedAt();
        String began = authenticatedAt == null ? NOW : millis(authenticatedAt);
        long seconds = authenticatedAt == null ? 0 : authenticatedAt.getEpochSecond();
        return write(used, began, NEVER_AGAIN, seconds, onlyLooks);
    }

    /** @param authenticated in seconds, for a session of an identity provider */
    private CompletionStage<Long> write(
            NewSession session, String began, String tokenLife, @Nullable Long authenticated, boolean onlyLooks) {
        return companions.run(
                RedisScript.REGISTER,
                session.commands(),
                keys.session(session.id()),
                keys.sessionState(session.id()),
                session.undated(),
                String.valueOf(session.ttl().toMillis()),
                began,
                tokenLife,
                Objects.toString(session.longest(), ""),
                Objects.toString(authenticated, ""),
                onlyLooks ? "1" : "");
    }

    private static String millis(Instant instant) {
        return String.valueOf(instant.toEpochMilli());
    }
}
