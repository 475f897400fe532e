// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.UserIndexType;
import dev.sessiontracking.spi.SessionIds;
import io.lettuce.core.ScanCursor;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sorted set or set that lists a user's sessions. It may list ended sessions, but it must list every live one. An
 * existing index keeps its type. An index of any other type is never deleted, and every use of it fails.
 *
 * @param newIndexes the type of an index that does not exist yet
 */
record UserIndex(RedisKeys keys, UserIndexType newIndexes, Companions companions) {

    /** The answer of {@link #add} if the entry existed before. */
    static final long WAS_THERE = 0;

    /** The answer of {@link #add} if the not-before marker covers the session. Nothing is written. */
    static final long COVERED = 3;

    /** The same, but the marker is so new that its revocation may still be running. */
    static final long COVERED_LATELY = 4;

    /** A login has ended the session to make room for itself. */
    static final long EVICTED = 5;

    /** There may be too many sessions: the caller must look which of them live. */
    static final long UNDECIDED = 6;

    /** There are too many sessions. */
    static final long FULL = 7;

    /** The index is a set, which has no limit. */
    static final long UNLIMITED = 8;

    /** Before the id of a session that is to end, in an entry beside its own. */
    private static final String MARK = " ";

    /** How many entries one command reads. */
    static final int PAGE = 1_024;

    /**
     * How much longer an entry lives than its session. Two commands write them, and the server may execute that of the
     * session later. The session must never outlive its entry.
     */
    private static final Duration LIVES_ON = Duration.ofMinutes(1);

    /**
     * Adds an entry or moves its expiry further; drops from a sorted set what has expired, by the server's clock.
     *
     * @param began when the session began, or {@code null} for one that begins now. No marker covers that one
     * @param terms further arguments of the script, for a login
     */
    CompletionStage<Added> add(
            RedisRequest commands,
            String userId,
            String sessionId,
            @Nullable Instant began,
            Duration ttl,
            String... terms) {
        String[] arguments = Stream.concat(
                        Stream.of(
                                sessionId,
                                String.valueOf(ttl.plus(LIVES_ON).toMillis()),
                                newIndexes.name(),
                                began == null ? "" : String.valueOf(began.toEpochMilli())),
                        Stream.of(terms))
                .toArray(String[]::new);
        CompletionStage<List<Object>> reply = companions.run(
                both -> RedisScript.INDEX.list(commands, both, arguments),
                keys.userSessions(userId),
                keys.userState(userId));
        return readable(userId, reply).thenApply(Added::of);
    }

    /**
     * What became of an entry.
     *
     * @param marker the time of the user's not-before marker, or 0
     * @param sessionIds those that the caller must end, or look at
     */
    record Added(long answer, long marker, List<String> sessionIds) {

        private static Added of(List<Object> reply) {
            return new Added(
                    (Long) reply.get(0),
                    (Long) reply.get(1),
                    reply.stream().skip(2).map(String::valueOf).toList());
        }
    }

    /** All entries, including those of ended sessions. Reads pages, in a request for many keys. */
    CompletionStage<List<String>> members(RedisRequest commands, String userId) {
        String key = keys.userSessions(userId);
        return inItsType(
                userId,
                () -> pages(commands, key, 0, Double.NEGATIVE_INFINITY, new LinkedHashSet<>())
                        .thenApply(UserIndex::withoutMarks),
                () -> scan(commands, key, ScanCursor.INITIAL, new LinkedHashSet<>()));
    }

    /**
     * Renewals move entries to the end, and a removal moves all later entries forward. So each page must overlap the
     * previous one. Otherwise it is read again from an earlier position.
     */
    private static CompletionStage<List<String>> pages(
            RedisRequest commands, String key, long start, double reached, Set<String> found) {
        return commands.zrangeWithScores(key, start, start + PAGE - 1).thenCompose(page -> {
            if (start > 0 && (page.isEmpty() || page.get(0).getScore() > reached)) {
                return pages(commands, key, Math.max(0, start - PAGE), reached, found);
            }
            page.forEach(entry -> found.add(entry.getValue()));
            return page.size() < PAGE
                    ? CompletableFuture.completedFuture(List.copyOf(found))
                    : pages(
                            commands,
                            key,
                            start + PAGE / 2,
                            page.get(page.size() - 1).getScore(),
                            found);
        });
    }

    /** A page of the entries that expire last, or all entries of a set. Some may belong to ended sessions. */
    CompletionStage<List<String>> newest(RedisRequest commands, String userId, long skipped) {
        String key = keys.userSessions(userId);
        return inItsType(
                userId,
                () -> commands.zrange(key, -skipped - PAGE, -skipped - 1),
                () -> skipped > 0
                        ? CompletableFuture.completedFuture(List.of())
                        : scan(commands, key, ScanCursor.INITIAL, new LinkedHashSet<>()));
    }

    private static List<String> withoutMarks(List<String> members) {
        return members.stream().filter(member -> !member.startsWith(MARK)).toList();
    }

    /** A page may repeat members of an earlier one. */
    private static CompletionStage<List<String>> scan(
            RedisRequest commands, String key, ScanCursor from, Set<String> found) {
        return commands.sscan(key, from).thenCompose(page -> {
            found.addAll(page.getValues());
            return page.isFinished()
                    ? CompletableFuture.completedFuture(List.copyOf(found))
                    : scan(commands, key, page, found);
        });
    }

    CompletionStage<?> remove(RedisRequest commands, String userId, Collection<String> sessionIds) {
        String key = keys.userSessions(userId);
        String[] members =
                sessionIds.stream().flatMap(id -> Stream.of(id, MARK + id)).toArray(String[]::new);
        return sessionIds.isEmpty()
                ? CompletableFuture.completedFuture(0L)
                : inItsType(userId, () -> commands.zrem(key, members), () -> commands.srem(key, members));
    }

    /** Sends the command for the type of new indexes, then the other one if the index has the other type. */
    private <T> CompletionStage<T> inItsType(
            String userId, Supplier<CompletionStage<T>> sortedSet, Supplier<CompletionStage<T>> set) {
        boolean setFirst = newIndexes == UserIndexType.SET;
        return readable(
                userId,
                (setFirst ? set : sortedSet)
                        .get()
                        .exceptionallyCompose(failure -> RedisFailures.isWrongType(failure)
                                ? (setFirst ? sortedSet : set).get()
                                : CompletableFuture.failedStage(failure)));
    }

    private static <T> CompletionStage<T> readable(String userId, CompletionStage<T> stage) {
        return stage.handle((answer, failure) -> {
            if (failure == null) {
                return answer;
            }
            if (RedisFailures.isWrongType(failure)) {
                BrokenValues.warnOfIndex(userId);
                throw new SessionStoreUnavailableException(
                        "The index of user " + SessionIds.hash(userId)
                                + " is neither a sorted set nor a set, so its sessions cannot be listed. Delete or"
                                + " rename the key user_sessions:<userId>",
                        RedisFailures.unwrap(failure));
            }
            throw RedisFailures.unavailable(failure);
        });
    }
}
