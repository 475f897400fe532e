package dev.sessiontracking.redis;

import dev.sessiontracking.SessionStoreUnavailableException;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.ValueScanCursor;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one request. Each is sent only if the master of its key answers, and fails otherwise; none throws.
 * When the request has ended, what it has met counts once for each master, however many commands it sent. Thread-safe.
 */
final class RedisRequest {

    private static final ScanArgs SCAN_PAGE = ScanArgs.Builder.limit(1_000);

    private final Shards shards;

    private final Map<Shard, Met> met = new HashMap<>(2);

    RedisRequest(Shards shards) {
        this.shards = shards;
    }

    CompletionStage<@Nullable String> get(String key) {
        return send(key, commands -> commands.get(key));
    }

    CompletionStage<@Nullable String> set(String key, String value, SetArgs args) {
        return send(key, commands -> commands.set(key, value, args));
    }

    CompletionStage<Long> del(String key) {
        return send(key, commands -> commands.del(key));
    }

    CompletionStage<Long> strlen(String key) {
        return send(key, commands -> commands.strlen(key));
    }

    CompletionStage<Long> pttl(String key) {
        return send(key, commands -> commands.pttl(key));
    }

    CompletionStage<List<String>> zrange(String key, long start, long stop) {
        return send(key, commands -> commands.zrange(key, start, stop));
    }

    CompletionStage<Long> zrem(String key, String... members) {
        return send(key, commands -> commands.zrem(key, members));
    }

    /** A page of a set. A set of up to a few hundred members is read at once, so nothing can change in between. */
    CompletionStage<ValueScanCursor<String>> sscan(String key, ScanCursor from) {
        return send(key, commands -> commands.sscan(key, from, SCAN_PAGE));
    }

    CompletionStage<Long> srem(String key, String... members) {
        return send(key, commands -> commands.srem(key, members));
    }

    /** Reads a key that the server's user may lack the right to. That it does is an answer, and told to the caller only. */
    CompletionStage<@Nullable String> getIfPermitted(String key) {
        return send(key, commands -> commands.get(key), RedisFailures::isMissingRight);
    }

    CompletionStage<Long> evalsha(String digest, String[] keys, String... arguments) {
        return send(
                keys[0],
                commands -> commands.evalsha(digest, ScriptOutputType.INTEGER, keys, arguments),
                failure -> isOptional(keys, failure));
    }

    CompletionStage<Long> eval(String script, String[] keys, String... arguments) {
        return send(
                keys[0],
                commands -> commands.eval(script, ScriptOutputType.INTEGER, keys, arguments),
                failure -> isOptional(keys, failure));
    }

    /** A companion key is optional: the caller does without. */
    private static boolean isOptional(String[] keys, Throwable failure) {
        return keys.length > 1 && RedisFailures.isMissingRight(failure);
    }

    /** The values of keys in their order; {@code null} for what is not there, or is not a string. */
    CompletionStage<List<@Nullable String>> values(List<String> keys) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        if (shards.areMany()) {
            return valuesOneByOne(keys);
        }
        return send(keys.get(0), commands -> commands.mget(keys.toArray(String[]::new)))
                .thenApply(values -> {
                    List<@Nullable String> texts = new ArrayList<>(values.size());
                    for (KeyValue<String, String> value : values) {
                        texts.add(value.getValueOrElse(null));
                    }
                    return texts;
                });
    }

    /** A command for many keys would have to be taken apart by their slots, which comes to the same. */
    private CompletionStage<List<@Nullable String>> valuesOneByOne(List<String> keys) {
        List<CompletableFuture<@Nullable String>> replies = keys.stream()
                .map(key -> get(key).exceptionally(failure -> {
                            if (RedisFailures.isWrongType(failure)) {
                                return null;
                            }
                            throw RedisFailures.unavailable(failure);
                        })
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    List<@Nullable String> texts = new ArrayList<>(replies.size());
                    replies.forEach(reply -> texts.add(reply.join()));
                    return texts;
                });
    }

    /** Whether keys lie on several masters. */
    boolean isSpread() {
        return shards.areMany();
    }

    /** The ids, grouped by the masters of their keys. */
    List<List<String>> byMaster(List<String> ids, Function<String, String> key) {
        Map<Shard, List<String>> groups = new LinkedHashMap<>();
        ids.forEach(id -> groups.computeIfAbsent(shards.of(key.apply(id)), shard -> new ArrayList<>())
                .add(id));
        return List.copyOf(groups.values());
    }

    /** Whether the master of a key is not asked for now. */
    boolean isLeftOut(String key) {
        return !shards.of(key).isOpenForRequests();
    }

    /** Whether the master of a key has failed to answer this request. */
    boolean hasFailed(String key) {
        Shard shard = shards.of(key);
        synchronized (met) {
            Met last = met.get(shard);
            return last != null && last.failure() != null;
        }
    }

    private <T> CompletionStage<T> send(
            String key, Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> command) {
        return send(key, command, failure -> false);
    }

    /** @param isAnswer which failures are answers beside those that always are */
    private <T> CompletionStage<T> send(
            String key,
            Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> command,
            Predicate<Throwable> isAnswer) {
        Shard shard = shards.of(key);
        RedisFuture<T> reply;
        try {
            shard.requireOpen();
            RedisClusterAsyncCommands<String, String> commands = shards.commands();
            if (commands == null) {
                throw new SessionStoreUnavailableException("Redis gave no answer: not connected yet", null);
            }
            reply = command.apply(commands);
        } catch (RuntimeException notSent) {
            note(shard, key, notSent);
            return CompletableFuture.failedFuture(notSent);
        }
        // What is returned completes after this has run.
        return reply.whenComplete((value, failure) ->
                note(shard, key, RedisFailures.isAnswer(failure) || isAnswer.test(failure) ? null : failure));
    }

    private void note(Shard shard, String key, @Nullable Throwable failure) {
        synchronized (met) {
            if (failure != null || !met.containsKey(shard)) {
                met.put(shard, new Met(key, failure));
            }
        }
    }

    /** No further command will be sent that matters. */
    void ended() {
        Map<Shard, Met> all;
        synchronized (met) {
            all = Map.copyOf(met);
        }
        all.forEach((shard, last) -> shard.ended(last.key(), last.failure()));
    }

    /** What a master did: it answered, or failed at least once. */
    private record Met(String key, @Nullable Throwable failure) {}
}
