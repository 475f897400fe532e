// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One master with all keys: a single server, or the current master of the sentinels. */
final class SingleShard implements Shards {

    private final RedisConnector connector;

    private final ServerInspection inspection;

    private final Shard shard;

    private final Map<Line, StatefulRedisConnection<String, String>> connections = new ConcurrentHashMap<>();

    SingleShard(RedisConnector connector, String heartbeatKey, Consumer<Throwable> refused, Outages outages) {
        this.connector = connector;
        this.inspection = new ServerInspection(connector.url());
        this.shard = new Shard(
                null,
                heartbeatKey,
                (line, key) -> heartbeat(line, heartbeatKey),
                refused,
                outages,
                connector.commandTimeout());
    }

    @Override
    public void connect(Consumer<@Nullable Throwable> attempted) {
        connect(List.of(Line.values()), attempted);
    }

    /** In sequence: the first attempt of a node may time out, and this is not reported. */
    private void connect(List<Line> lines, Consumer<@Nullable Throwable> attempted) {
        Line line = lines.get(0);
        connector
                .connect(failure -> {
                    shard.disconnected("no connection to " + at(RedisFailures.inWords(failure)));
                    attempted.accept(failure);
                })
                .thenAccept(made -> {
                    connections.put(line, made);
                    if (line == Line.READ) {
                        inspection.follow(made, this::lost);
                    }
                    if (lines.size() == 1) {
                        attempted.accept(null);
                    } else {
                        connect(lines.subList(1, lines.size()), attempted);
                    }
                });
    }

    /** Lettuce reconnects by itself. A heartbeat detects the new connection. */
    private void lost() {
        if (!connector.isClosed()) {
            shard.lost(at("the connection was lost"));
        }
    }

    private String at(String reason) {
        return connector.url() + ": " + reason;
    }

    @Override
    public Shard of(String key) {
        return shard;
    }

    @Override
    public RedisClusterAsyncCommands<String, String> commands(Line line) {
        StatefulRedisConnection<String, String> connection = connections.get(line);
        if (connection == null) {
            throw new RedisConnectionException("Not connected yet");
        }
        return connection.async();
    }

    @Override
    public boolean areMany() {
        return false;
    }

    @Override
    public ServerInfo lastInspected() {
        return inspection.last();
    }
}
