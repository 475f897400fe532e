// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The masters and the connection to them. Thread-safe. */
public interface Shards {

    /**
     * Connects, and repeats failed attempts without limit.
     *
     * @param attempted receives the result of each attempt: a failure, or {@code null} for success
     */
    void connect(Consumer<@Nullable Throwable> attempted);

    /** The current master of a key. */
    Shard of(String key);

    /**
     * The commands of a line.
     *
     * @throws RedisConnectionException before the first connection
     */
    RedisClusterAsyncCommands<String, String> commands(Line line);

    /** Whether the keys of one request may lie on different masters. */
    boolean areMany();

    /** How many masters there are. */
    default int count() {
        return 1;
    }

    /** The last reply to INFO. */
    ServerInfo lastInspected();

    /**
     * Sends a heartbeat to the master of a key: reads the key, or deletes it, which needs no memory.
     *
     * @param key must be unused if the line is for writes
     */
    default CompletionStage<?> heartbeat(Line line, String key) {
        RedisClusterAsyncCommands<String, String> commands = commands(line);
        return line == Line.WRITE ? commands.del(key) : commands.get(key);
    }
}
