package dev.sessiontracking.redis.connection;

import dev.sessiontracking.SessionStoreUnavailableException;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.ValueScanCursor;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.ScoredValueListOutput;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.output.ValueScanOutput;
import io.lettuce.core.protocol.CommandArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one request. Each is sent only if the master of its key answers, and fails otherwise; none throws. A
 * command of a single key that goes unanswered is sent once more, so it must be one that can be repeated. Commands of a
 * request about many keys are not repeated. Thread-safe.
 */
public final class RedisRequest {

    private static final int SCAN_PAGE = 1_000;

    private final Shards shards;

    /** Until when a request about many keys may send commands; {@code null} for a request about single keys. */
    private final @Nullable Long deadline;

    private final Set<Shard> failed = ConcurrentHashMap.newKeySet();

    private volatile boolean repeated;

    /** @param bulkTime how long a request about many keys may take, or {@code null} for one about single keys */
    RedisRequest(Shards shards, @Nullable Duration bulkTime) {
        this.shards = shards;
        this.deadline = bulkTime == null ? null : System.nanoTime() + bulkTime.toNanos();
    }

    public CompletionStage<@Nullable String> get(String key) {
        return deadline == null
                ? send(Line.READ, key, commands -> commands.get(key))
                : bulk(Line.READ, Bulk.GET, new ValueOutput<>(StringCodec.UTF8), key, args().addKey(key));
    }

    public CompletionStage<@Nullable String> set(String key, String value, SetArgs args) {
        return send(Line.WRITE, key, commands -> commands.set(key, value, args));
    }

    public CompletionStage<Long> del(String key) {
        return deadline == null
                ? send(Line.WRITE, key, commands -> commands.del(key))
                : bulk(Line.WRITE, Bulk.DEL, new IntegerOutput<>(StringCodec.UTF8), key, args().addKey(key));
    }

    public CompletionStage<Long> strlen(String key) {
        return send(Line.READ, key, commands -> commands.strlen(key));
    }

    public CompletionStage<Long> pttl(String key) {
        return deadline == null
                ? send(Line.READ, key, commands -> commands.pttl(key))
                : bulk(Line.READ, Bulk.PTTL, new IntegerOutput<>(StringCodec.UTF8), key, args().addKey(key));
    }

    public CompletionStage<List<String>> zrange(String key, long start, long stop) {
        return bulk(
                Line.READ,
                Bulk.ZRANGE,
                new ValueListOutput<>(StringCodec.UTF8),
                key,
                args().addKey(key).add(start).add(stop));
    }

    public CompletionStage<List<ScoredValue<String>>> zrangeWithScores(String key, long start, long stop) {
        return bulk(
                Line.READ,
                Bulk.ZRANGE,
                new ScoredValueListOutput<>(StringCodec.UTF8),
                key,
                args().addKey(key).add(start).add(stop).add("WITHSCORES"));
    }

    public CompletionStage<Long> zrem(String key, String... members) {
        return deadline == null
                ? send(Line.WRITE, key, commands -> commands.zrem(key, members))
                : bulk(
                        Line.WRITE,
                        Bulk.ZREM,
                        new IntegerOutput<>(StringCodec.UTF8),
                        key,
                        args().addKey(key).addValues(members));
    }

    /** A page of a set. A set of up to a few hundred members is read at once, so nothing can change in between. */
    public CompletionStage<ValueScanCursor<String>> sscan(String key, ScanCursor from) {
        return bulk(
                Line.READ,
                Bulk.SSCAN,
                new ValueScanOutput<>(StringCodec.UTF8),
                key,
                args().addKey(key).add(from.getCursor()).add("COUNT").add(SCAN_PAGE));
    }

    public CompletionStage<Long> srem(String key, String... members) {
        return deadline == null
                ? send(Line.WRITE, key, commands -> commands.srem(key, members))
                : bulk(
                        Line.WRITE,
                        Bulk.SREM,
                        new IntegerOutput<>(StringCodec.UTF8),
                        key,
                        args().addKey(key).addValues(members));
    }

    /** Reads a key that the server's user may lack the right to. That it does is an answer, and told to the caller only. */
    public CompletionStage<@Nullable String> getIfPermitted(String key) {
        return send(Line.READ, key, commands -> commands.get(key), RedisFailures::isMissingRight);
    }

    public CompletionStage<Long> evalsha(String digest, String[] keys, String... arguments) {
        return send(
                Line.WRITE,
                keys[0],
                commands -> commands.evalsha(digest, ScriptOutputType.INTEGER, keys, arguments),
                failure -> isOptional(keys, failure));
    }

    public CompletionStage<Long> eval(String script, String[] keys, String... arguments) {
        return send(
                Line.WRITE,
                keys[0],
                commands -> commands.eval(script, ScriptOutputType.INTEGER, keys, arguments),
                failure -> isOptional(keys, failure));
    }

    /** A companion key is optional: the caller does without. */
    private static boolean isOptional(String[] keys, Throwable failure) {
        return keys.length > 1 && RedisFailures.isMissingRight(failure);
    }

    /** The values of keys in their order; {@code null} for what is not there, or is not a string. */
    public CompletionStage<List<@Nullable String>> values(List<String> keys) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        if (shards.areMany()) {
            return valuesOneByOne(keys);
        }
        return bulk(Line.READ, Bulk.MGET, new ValueListOutput<>(StringCodec.UTF8), keys.get(0), args().addKeys(keys));
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
    public boolean isSpread() {
        return shards.areMany();
    }

    /** The ids, grouped by the masters of their keys. */
    public List<List<String>> byMaster(List<String> ids, Function<String, String> key) {
        Map<Shard, List<String>> groups = new LinkedHashMap<>();
        ids.forEach(id -> groups.computeIfAbsent(shards.of(key.apply(id)), shard -> new ArrayList<>())
                .add(id));
        return List.copyOf(groups.values());
    }

    /** Whether the master of a key is sent no reads, or no writes, for now. */
    public boolean isLeftOut(Line line, String key) {
        return !shards.of(key).isOpenFor(line);
    }

    /** Whether the master of a key has failed to answer this request. */
    public boolean hasFailed(String key) {
        return failed.contains(shards.of(key));
    }

    /** Whether a write was sent again: what it changes may have been changed by the first attempt. */
    public boolean isRepeated() {
        return repeated;
    }

    private <T> CompletionStage<T> send(
            Line line, String key, Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
        return send(line, key, command, failure -> false);
    }

    /** @param isAnswer which failures are answers beside those that always are */
    private <T> CompletionStage<T> send(
            Line line,
            String key,
            Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command,
            Predicate<Throwable> isAnswer) {
        Shard shard = shards.of(key);
        // What is returned completes after this has run.
        return shard.send(line, () -> command.apply(shards.commands(line)), () -> repeated |= line == Line.WRITE)
                .whenComplete((value, failure) -> {
                    if (!RedisFailures.isAnswer(failure) && !isAnswer.test(failure)) {
                        failed.add(shard);
                        shard.failed(line, key, failure);
                    }
                });
    }

    /** @param line whether it reads or writes */
    private <T> CompletionStage<T> bulk(
            Line line,
            Bulk type,
            CommandOutput<String, String, T> output,
            String key,
            CommandArgs<String, String> arguments) {
        Shard shard = shards.of(key);
        CompletionStage<T> reply;
        try {
            shard.requireOpen(line);
            if (deadline != null && deadline - System.nanoTime() < 0) {
                throw new SessionStoreUnavailableException(
                        "An operation on all sessions of a user took too long", null);
            }
            reply = shards.commands(Line.BULK).dispatch(type, output, arguments);
        } catch (RuntimeException notSent) {
            reply = CompletableFuture.failedFuture(notSent);
        }
        return reply.whenComplete((value, failure) -> {
            if (!RedisFailures.isAnswer(failure)) {
                failed.add(shard);
                shard.bulkFailed(failure);
            }
        });
    }

    private static CommandArgs<String, String> args() {
        return new CommandArgs<>(StringCodec.UTF8);
    }
}
