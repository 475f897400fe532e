// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.redis.format.UserIndexType;
import dev.sessiontracking.testkit.RedisServerExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The races on one server, with sets as indexes. */
class SetIndexRaceTests extends SessionStoreRaceContractTests {

    @RegisterExtension
    static RedisServerExtension redis = new RedisServerExtension();

    @Override
    UserIndexType newIndexes() {
        return UserIndexType.SET;
    }

    @Override
    RedisConnector connect(RedisProperties properties) {
        return new RedisConnector(RedisUrl.parse(redis.url()), properties);
    }

    @Override
    @Nullable
    Object raw(String... words) {
        return redis.cli().command(words);
    }
}
