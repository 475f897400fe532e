// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.cache.CachingReader;
import dev.sessiontracking.core.cache.NearCache.Status;
import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.testkit.RedisServerExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Everything works for a user who may do no more than what the README lists. */
class LeastPermissionsTests extends SessionStoreContractTests {

    @RegisterExtension
    static RedisServerExtension redis = new RedisServerExtension(LeastPermissions.serverArgs());

    private static String url() {
        return "redis://" + LeastPermissions.LOGIN + "@" + redis.server().host() + ":"
                + redis.server().port();
    }

    @Override
    RedisConnector connect(RedisProperties properties) {
        return new RedisConnector(RedisUrl.parse(url()), properties);
    }

    @Override
    @Nullable
    Object raw(String... words) {
        return redis.cli().command(words);
    }

    @Test
    void nearCacheWorks() {
        try (TestNode node = TestNode.at(url())) {
            node.awaitCached(node.login("alice").id());
            assertThat(node.bean(CachingReader.class).status()).isEqualTo(Status.ON);
        }
    }

    /** INFO tells the version and the eviction policy, and is optional. */
    @AfterAll
    void nothingElseWasRefused() {
        assertThat(LeastPermissions.refusedBy(redis.cli())).isSubsetOf(LeastPermissions.OPTIONAL);
    }
}
