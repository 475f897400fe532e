package dev.sessiontracking.redis;

import static dev.sessiontracking.redis.RedisFailures.translated;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionStore;
import dev.sessiontracking.core.StoreDescription;
import dev.sessiontracking.core.StoreListener;
import io.lettuce.core.SetArgs;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sessions as strings, with one index for each user. Commands that do not depend on each other are sent together.
 * No transaction and no script spans two keys, so everything holds on a cluster too; the order of the steps is what
 * keeps a session from being left where nobody can revoke it.
 */
final class RedisSessionStore implements SessionStore {

    /** Two renewals at the same moment see each other's value change; three rounds outlast any that are not endless. */
    private static final int RENEWAL_ROUNDS = 3;

    private static final long REPLACED = 1;

    private static final long GONE = -1;

    private final RedisLink link;

    private final RedisKeys keys;

    private final UserIndex index;

    private final DataLossWatch dataLossWatch;

    private final Clock clock;

    /** @param newIndexes the type of an index that does not exist yet */
    RedisSessionStore(RedisLink link, RedisKeys keys, UserIndexType newIndexes, Clock clock) {
        this.link = link;
        this.keys = keys;
        this.index = new UserIndex(keys, newIndexes);
        this.clock = clock;
        this.dataLossWatch = new DataLossWatch(this::exists, clock);
        link.listen(dataLossWatch);
    }

    @Override
    public CompletionStage<Boolean> create(UserSession session, Duration ttl) {
        return answer(commands -> {
            String key = keys.session(session.id());
            String value = SessionJson.write(session);
            CompletableFuture<Boolean> written = commands.set(
                            key, value, SetArgs.Builder.nx().px(ttl.toMillis()))
                    .toCompletableFuture()
                    .thenApply("OK"::equals);
            CompletableFuture<Long> indexed =
                    index.add(commands, session.userId(), session.id(), ttl).toCompletableFuture();
            return CompletableFuture.allOf(written, indexed)
                    .handle((done, failure) -> {
                        if (failure != null) {
                            // Best effort: nobody has been given this id, and nobody will be.
                            RedisScript.REMOVE.run(commands, key, value);
                            throw RedisFailures.unavailable(failure);
                        }
                        return remembered(session, written.join());
                    })
                    .thenCompose(created -> created
                            ? CompletableFuture.completedFuture(true)
                            : undoIndexEntry(commands, session, indexed.join()).thenApply(undone -> false));
        });
    }

    private boolean remembered(UserSession session, boolean created) {
        if (created) {
            dataLossWatch.wrote(session.id(), session.expiresAt());
        }
        return created;
    }

    /**
     * The id was taken, but the index was written at the same time. The entry must go if it names another user's
     * session, and must stay if it is this user's own.
     */
    private CompletionStage<?> undoIndexEntry(RedisRequest commands, UserSession session, long indexed) {
        if (indexed == UserIndex.WAS_THERE) {
            return CompletableFuture.completedFuture(null);
        }
        return read(commands, session.id())
                .thenCompose(existing ->
                        existing.filter(other -> !other.userId().equals(session.userId()))
                                        .isPresent()
                                ? index.remove(commands, session.userId(), List.of(session.id()))
                                : CompletableFuture.completedFuture(null));
    }

    /** Asks for the length of the string: unlike EXISTS, it takes no key of another type for a session. */
    @Override
    public CompletionStage<Boolean> exists(String sessionId) {
        return answer(commands -> commands.strlen(keys.session(sessionId)).handle((length, failure) -> {
            if (failure == null) {
                return length > 0;
            }
            if (RedisFailures.isWrongType(failure)) {
                return false;
            }
            throw RedisFailures.unavailable(failure);
        }));
    }

    @Override
    public CompletionStage<Optional<UserSession>> find(String sessionId) {
        return answer(commands -> value(commands, sessionId)
                .thenCompose(value -> SessionValues.sessions(
                        commands,
                        keys,
                        clock,
                        value == null ? List.of() : List.of(new SessionValues.Value(sessionId, value))))
                .thenApply(sessions -> sessions.stream().findFirst()));
    }

    @Override
    public CompletionStage<Boolean> renew(String sessionId, Duration ttl) {
        return answer(commands -> renew(commands, sessionId, ttl, null, RENEWAL_ROUNDS));
    }

    /**
     * The index first: an entry that outlives its session is harmless, a session that outlives its entry could not be
     * revoked with the others. The session is replaced only if it is what was read, so it is never created.
     */
    private CompletionStage<Boolean> renew(
            RedisRequest commands, String sessionId, Duration ttl, @Nullable String before, int rounds) {
        String key = keys.session(sessionId);
        return value(commands, sessionId).thenCompose(value -> {
            UserSession session = parsed(sessionId, value);
            if (value == null || session == null) {
                return CompletableFuture.completedFuture(false);
            }
            if (value.equals(before)) {
                // Read twice, and the server says that it holds another one: what is there is no UTF-8 text.
                BrokenValues.warnOfSession(sessionId);
                return CompletableFuture.completedFuture(false);
            }
            String renewed = SessionJson.renew(
                    value, clock.instant().truncatedTo(ChronoUnit.MILLIS).plus(ttl));
            return index.add(commands, session.userId(), sessionId, ttl)
                    .thenCompose(indexed ->
                            RedisScript.REPLACE.run(commands, key, value, renewed, String.valueOf(ttl.toMillis())))
                    .thenCompose(replaced -> {
                        if (replaced == GONE) {
                            index.remove(commands, session.userId(), List.of(sessionId));
                            return CompletableFuture.completedFuture(false);
                        }
                        return replaced == REPLACED || rounds == 1
                                ? CompletableFuture.completedFuture(true)
                                : renew(commands, sessionId, ttl, value, rounds - 1);
                    });
        });
    }

    @Override
    public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId) {
        return answer(commands -> {
            CompletionStage<@Nullable String> owner = userId != null
                    ? CompletableFuture.completedFuture(userId)
                    : read(commands, sessionId)
                            .thenApply(
                                    session -> session.map(UserSession::userId).orElse(null));
            dataLossWatch.removed(sessionId);
            return owner.thenCompose(user -> {
                CompletionStage<Long> deleted = commands.del(keys.session(sessionId));
                if (user != null) {
                    // An entry that stays behind names nothing: it does no harm and goes with its score.
                    index.remove(commands, user, List.of(sessionId));
                }
                return deleted.thenApply(count -> count > 0);
            });
        });
    }

    @Override
    public CompletionStage<Long> revokeAgain(List<String> sessionIds) {
        return answer(commands -> {
            // Of a cluster, whoever does not answer now is told when it does.
            List<CompletableFuture<Long>> deletions = sessionIds.stream()
                    .map(keys::session)
                    .filter(key -> !commands.isSpread() || !commands.isLeftOut(key))
                    .map(key -> commands.del(key).toCompletableFuture())
                    .toList();
            return CompletableFuture.allOf(deletions.toArray(CompletableFuture[]::new))
                    .thenApply(done -> deletions.stream()
                            .mapToLong(CompletableFuture::join)
                            .sum());
        });
    }

    @Override
    public CompletionStage<List<String>> revokeAll(String userId, Predicate<UserSession> which) {
        return answer(commands -> new UserRevocation(commands, keys, index, userId, which)
                .run()
                .thenApply(revoked -> {
                    revoked.forEach(dataLossWatch::removed);
                    return revoked;
                }));
    }

    @Override
    public CompletionStage<List<UserSession>> findByUser(String userId) {
        return answer(commands -> index.members(commands, userId)
                .thenCompose(ids -> SessionValues.read(commands, keys, ids))
                .thenCompose(values -> SessionValues.sessions(commands, keys, clock, values))
                .thenApply(sessions -> sessions.stream()
                        .filter(session -> session.userId().equals(userId))
                        .toList()));
    }

    private CompletionStage<Optional<UserSession>> read(RedisRequest commands, String sessionId) {
        return value(commands, sessionId).thenApply(value -> Optional.ofNullable(parsed(sessionId, value)));
    }

    private static @Nullable UserSession parsed(String sessionId, @Nullable String value) {
        return value == null
                ? null
                : new SessionValues.Value(sessionId, value).session().orElse(null);
    }

    private CompletionStage<@Nullable String> value(RedisRequest commands, String sessionId) {
        return commands.get(keys.session(sessionId)).handle((value, failure) -> {
            if (failure == null || RedisFailures.isWrongType(failure)) {
                return value;
            }
            throw RedisFailures.unavailable(failure);
        });
    }

    private <T> CompletionStage<T> answer(Question<T> question) {
        RedisRequest request = link.request();
        try {
            return translated(question.ask(request).whenComplete((answer, failure) -> request.ended()));
        } catch (RuntimeException unexpected) {
            return CompletableFuture.failedFuture(RedisFailures.unavailable(unexpected));
        }
    }

    @Override
    public void listen(StoreListener listener) {
        link.listen(listener);
    }

    @Override
    public StoreDescription describe() {
        return link.describe();
    }

    @FunctionalInterface
    private interface Question<T> {
        CompletionStage<T> ask(RedisRequest commands);
    }
}
