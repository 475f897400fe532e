// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The masters and the connections to them, one connection for each line. Thread-safe. */
public abstract class Shards {

    private final ServerInspection inspection;

    private final Map<Line, RedisClusterAsyncCommands<String, String>> connected = new ConcurrentHashMap<>();

    Shards(RedisUrl url) {
        this.inspection = new ServerInspection(url);
    }

    /** Those of the topology of the URL. */
    static Shards of(RedisConnector connector, String heartbeatKey, Consumer<Throwable> refused, Outages outages) {
        return connector.url().topology() == Topology.CLUSTER
                ? new ClusterShards(connector, heartbeatKey, refused, outages)
                : new SingleShard(connector, heartbeatKey, refused, outages);
    }

    /**
     * Connects, and repeats failed attempts without limit.
     *
     * @param failed receives each failure
     * @param connected runs when commands on single keys can be sent
     */
    final void connect(Consumer<Throwable> failed, Runnable connected) {
        connect(List.of(Line.values()), failed, connected);
    }

    /** In sequence: the first attempt of a node may time out, and this is not reported. */
    private void connect(List<Line> lines, Consumer<Throwable> failed, Runnable connected) {
        Line line = lines.get(0);
        open(line, failed).thenAccept(commands -> {
            this.connected.put(line, commands);
            if (line == Line.WRITE) {
                connected.run();
            }
            if (lines.size() > 1) {
                connect(lines.subList(1, lines.size()), failed, connected);
            }
        });
    }

    /** @param failed receives each failed attempt */
    abstract CompletableFuture<RedisClusterAsyncCommands<String, String>> open(Line line, Consumer<Throwable> failed);

    /** Stands for all masters before the first connection. */
    abstract Shard unconnected();

    /** The current master of a key. */
    public abstract Shard of(String key);

    /**
     * The commands of a line.
     *
     * @throws RedisConnectionException before the first connection
     */
    RedisClusterAsyncCommands<String, String> commands(Line line) {
        RedisClusterAsyncCommands<String, String> commands = connected.get(line);
        if (commands == null) {
            throw new RedisConnectionException("Not connected yet");
        }
        return commands;
    }

    /** Whether the keys of one request may lie on different masters. */
    abstract boolean areMany();

    /** How many masters there are. */
    abstract int count();

    final ServerInspection inspection() {
        return inspection;
    }

    /**
     * Sends a heartbeat to the master of a key: reads the key, or deletes it, which needs no memory.
     *
     * @param key must be unused if the line is for writes
     */
    CompletionStage<?> heartbeat(Line line, String key) {
        RedisClusterAsyncCommands<String, String> commands = commands(line);
        return line == Line.WRITE ? commands.del(key) : commands.get(key);
    }
}
