// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.server;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;

/** A connection of the measuring process, for what the measured ones do not do. */
public final class RedisClientConnection implements AutoCloseable {

    private final RedisClient client;

    private final StatefulRedisConnection<String, String> connection;

    private RedisClientConnection(RedisClient client) {
        this.client = client;
        this.connection = client.connect();
    }

    /** Connects. */
    public static RedisClientConnection to(RedisProcess server) {
        RedisURI uri = RedisURI.create(server.url());
        uri.setTimeout(Duration.ofMinutes(1));
        return new RedisClientConnection(RedisClient.create(uri));
    }

    /** Commands that wait for their answer. */
    public RedisCommands<String, String> commands() {
        return connection.sync();
    }

    /** The connection itself, for pipelines. */
    public StatefulRedisConnection<String, String> connection() {
        return connection;
    }

    /** The server's figures at this moment. */
    public RedisFigures figures() {
        return RedisFigures.parse(commands().info());
    }

    /** One more connection of this client. */
    public StatefulRedisConnection<String, String> another() {
        return client.connect();
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
