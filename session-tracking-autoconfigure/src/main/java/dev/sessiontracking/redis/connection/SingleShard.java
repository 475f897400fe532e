// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** One master with all keys: a single server, or the current master of the sentinels. */
final class SingleShard extends Shards {

    private final RedisConnector connector;

    private final Shard shard;

    SingleShard(RedisConnector connector, String heartbeatKey, Consumer<Throwable> refused, Outages outages) {
        super(connector.url());
        this.connector = connector;
        this.shard = new Shard(
                null,
                heartbeatKey,
                (line, key) -> heartbeat(line, heartbeatKey),
                refused,
                outages,
                connector.commandTimeout());
    }

    @Override
    CompletableFuture<RedisClusterAsyncCommands<String, String>> open(Line line, Consumer<Throwable> failed) {
        return connector.connect(failed).thenApply(made -> {
            if (line == Line.READ) {
                inspection().follow(made, this::lost);
            }
            return made.async();
        });
    }

    /** Lettuce reconnects by itself. A heartbeat detects the new connection. */
    private void lost() {
        if (!connector.isClosed()) {
            shard.lost(connector.url() + ": the connection was lost");
        }
    }

    @Override
    Shard unconnected() {
        return shard;
    }

    @Override
    public Shard of(String key) {
        return shard;
    }

    @Override
    boolean areMany() {
        return false;
    }

    @Override
    int count() {
        return 1;
    }
}
