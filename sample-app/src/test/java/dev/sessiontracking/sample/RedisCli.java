// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.function.Function;

/** What an administrator does with redis-cli: a connection of its own, past the application. */
final class RedisCli {

    private final String url;

    RedisCli(String url) {
        this.url = url;
    }

    <T> T run(Function<RedisCommands<String, String>, T> commands) {
        try (RedisClient client = RedisClient.create(url);
                StatefulRedisConnection<String, String> connection = client.connect()) {
            return commands.apply(connection.sync());
        }
    }
}
