// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.testkit.RedisServerExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Indexes of another service on one server, for a user who may do no more than what the README lists. */
class StandaloneSharedKeysTests extends SharedKeysContractTests {

    @RegisterExtension
    static RedisServerExtension redis = new RedisServerExtension(LeastPermissions.serverArgs());

    @Override
    RedisConnector connect(RedisProperties properties) {
        String url = "redis://" + LeastPermissions.LOGIN + "@" + redis.server().host() + ":"
                + redis.server().port();
        return new RedisConnector(RedisUrl.parse(url), properties);
    }

    @Override
    @Nullable
    Object raw(String... words) {
        return redis.cli().command(words);
    }

    @AfterAll
    void nothingElseWasRefused() {
        assertThat(LeastPermissions.refusedBy(redis.cli())).isSubsetOf(LeastPermissions.OPTIONAL);
    }
}
