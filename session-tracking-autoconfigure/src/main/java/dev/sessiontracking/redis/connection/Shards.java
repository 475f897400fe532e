package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The masters, and the connection that reaches them all. Thread-safe. */
public interface Shards {

    /**
     * Connects, however many attempts it takes.
     *
     * @param attempted is told how each attempt ended: with a failure, or with {@code null}
     */
    void connect(Consumer<@Nullable Throwable> attempted);

    /** Who answers for a key at present. */
    Shard of(String key);

    /**
     * The commands of a line.
     *
     * @throws RedisConnectionException while there has been no connection yet
     */
    RedisClusterAsyncCommands<String, String> commands(Line line);

    /** Whether the keys of one request may lie on different masters. */
    boolean areMany();

    /** How many masters there are. */
    default int count() {
        return 1;
    }

    /** What the server said of itself that was asked last. */
    ServerInfo lastInspected();

    /**
     * Finds out whether the master of a key answers: reads the key, or deletes it, which takes no memory.
     *
     * @param key nobody uses it if the line is for writes
     */
    default CompletionStage<?> heartbeat(Line line, String key) {
        RedisClusterAsyncCommands<String, String> commands = commands(line);
        return line == Line.WRITE ? commands.del(key) : commands.get(key);
    }
}
