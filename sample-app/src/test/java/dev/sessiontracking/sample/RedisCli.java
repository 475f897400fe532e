// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.function.Function;

/** What an administrator does with redis-cli: a connection of its own, past the application. */
final class RedisCli {

    private static final RedisClient CLIENT = RedisClient.create();

    private final RedisURI url;

    RedisCli(String url) {
        this.url = RedisURI.create(url);
    }

    <T> T run(Function<RedisCommands<String, String>, T> commands) {
        try (StatefulRedisConnection<String, String> connection = CLIENT.connect(url)) {
            return commands.apply(connection.sync());
        }
    }
}
