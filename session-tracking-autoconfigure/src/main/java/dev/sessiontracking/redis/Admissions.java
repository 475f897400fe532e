// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.UserIndex.Added;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.SessionJson;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enters logins into the index within the limit of the user's sessions. The index may list sessions that have ended, and a
 * script that runs at the index cannot look at them. So it returns the listed sessions, and this class looks which of them
 * live, and lets the script decide again. The sessions must be written before: what is listed and not there is gone.
 *
 * @param setTold whether it was logged that an index is a set
 */
record Admissions(RedisKeys keys, UserIndex index, AtomicBoolean setTold) {

    private static final Logger log = LoggerFactory.getLogger(Admissions.class);

    /** Each further round means that another login of the same user has come in between. */
    private static final int ROUNDS = 16;

    /**
     * Adds an entry, with the sessions that the caller must end; {@link UserIndex#FULL} if there are too many.
     *
     * @param began {@code null} for now
     */
    CompletionStage<Added> admit(NewSession login, @Nullable Instant began, Limit limit) {
        return limit.sessions() == 0
                ? add(login, began, String.valueOf(SessionService.MAX_LISTED_SESSIONS), "cap")
                : round(login, began, limit, new Round("ask", ROUNDS, List.of(), List.of()));
    }

    /** Removes the entry of a session that could not be written. */
    CompletionStage<?> withdraw(NewSession login) {
        return index.remove(login.commands(), login.userId(), List.of(login.id()));
    }

    private CompletionStage<Added> add(NewSession login, @Nullable Instant began, String... terms) {
        return index.add(login.commands(), login.userId(), login.id(), began, login.ttl(), terms);
    }

    private CompletionStage<Added> round(NewSession login, @Nullable Instant began, Limit limit, Round round) {
        return add(login, began, round.terms(limit)).thenCompose(added -> {
            if (added.answer() == UserIndex.UNLIMITED && setTold.compareAndSet(false, true)) {
                log.warn(
                        "The index of user {} is a set, so the limit of sessions is not enforced for this user."
                                + " Revoke all sessions of the user and delete the key user_sessions:<userId>: the next"
                                + " login writes a sorted set."
                                + " Further indexes of this kind are not reported",
                        SessionIds.hash(login.userId()));
            }
            return added.answer() != UserIndex.UNDECIDED
                    ? CompletableFuture.completedFuture(added)
                    : look(login.commands(), login.userId(), added.sessionIds())
                            .thenCompose(found -> round(login, began, limit, round.next(limit, found)));
        });
    }

    private CompletionStage<List<Found>> look(RedisRequest commands, String userId, List<String> ids) {
        return RedisRequest.all(ids.stream()
                .map(id ->
                        commands.get(keys.session(id)).handle((value, failure) -> found(id, userId, value, failure))));
    }

    /** What cannot be read may live: it counts, and is the last to be ended. */
    private static Found found(String id, String userId, @Nullable String value, @Nullable Throwable failure) {
        if (failure != null) {
            return new Found(id, !RedisFailures.isWrongType(failure), Instant.MAX);
        }
        UserSession session = value == null || value.isEmpty()
                ? null
                : SessionJson.read(id, value).orElse(null);
        return session == null
                ? new Found(id, value != null && !value.isEmpty(), Instant.EPOCH)
                : new Found(id, session.userId().equals(userId), session.createdAt());
    }

    /** A listed session. */
    private record Found(String id, boolean isLive, Instant createdAt) {}

    /** What the script is told. */
    private record Round(String task, int left, List<String> gone, List<String> live) {

        Round next(Limit limit, List<Found> found) {
            List<String> gone =
                    found.stream().filter(one -> !one.isLive()).map(Found::id).toList();
            List<String> live = found.stream()
                    .filter(Found::isLive)
                    .sorted(Comparator.comparing(Found::createdAt).thenComparing(Found::id))
                    .map(Found::id)
                    .toList();
            return new Round(limit.rejecting() ? "reject" : "evict", left - 1, gone, live);
        }

        String[] terms(Limit limit) {
            List<String> terms = new ArrayList<>(List.of(
                    String.valueOf(limit.sessions()),
                    task,
                    limit.replacedSessionId() == null ? "" : limit.replacedSessionId(),
                    left > 0 ? "" : "1",
                    String.valueOf(gone.size())));
            return Stream.of(terms, gone, live).flatMap(List::stream).toArray(String[]::new);
        }
    }
}
