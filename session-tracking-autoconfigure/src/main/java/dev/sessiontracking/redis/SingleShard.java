package dev.sessiontracking.redis;

import dev.sessiontracking.core.TrackedReader;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One master has all keys: a single server, or whichever the sentinels name. */
final class SingleShard implements Shards {

    private final RedisConnector connector;

    private final ServerInspection inspection;

    private final Shard shard;

    private volatile @Nullable StatefulRedisConnection<String, String> connection;

    SingleShard(
            RedisConnector connector,
            String heartbeatKey,
            Consumer<Throwable> refused,
            ScheduledExecutorService background,
            Outages outages) {
        this.connector = connector;
        this.inspection = new ServerInspection(connector.url());
        this.shard = new Shard(null, heartbeatKey, key -> heartbeat(heartbeatKey), refused, background, outages);
    }

    @Override
    public void connect(Consumer<@Nullable Throwable> attempted) {
        connector
                .connect(failure -> {
                    shard.disconnected("no connection to " + at(RedisFailures.inWords(failure)));
                    attempted.accept(failure);
                })
                .thenAccept(made -> {
                    connection = made;
                    inspection.follow(made, this::lost);
                    attempted.accept(null);
                });
    }

    /** Lettuce makes the connection again by itself; the heartbeat notices. */
    private void lost() {
        if (!connector.isClosed()) {
            shard.disconnected(at("the connection was lost"));
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
    public @Nullable RedisClusterAsyncCommands<String, String> commands() {
        StatefulRedisConnection<String, String> current = connection;
        return current == null ? null : current.async();
    }

    @Override
    public boolean areMany() {
        return false;
    }

    @Override
    public ServerInfo lastInspected() {
        return inspection.last();
    }

    @Override
    public TrackedReader track(
            RedisKeys keys, NearCacheProperties properties, Function<String, CompletionStage<Boolean>> ordinary) {
        TrackedConnection tracked = new TrackedConnection(
                shard,
                properties.cacheOf(properties.maximumSize()),
                keys,
                new TrackingReport(),
                new OneServer(keys, ordinary));
        connector.connect(failure -> {}).thenAccept(tracked::use);
        return tracked;
    }
}
