// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The near cache of a single server. */
class NearCacheTests extends FleetNearCacheContractTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @Override
    String url() {
        return redis.url();
    }

    @Override
    RedisServer serverOf(String key) {
        return redis.server();
    }

    @Override
    List<RedisServer> masters() {
        return List.of(redis.server());
    }

    /** An earlier version keeps the field and renews the session for longer. */
    @Test
    void sessionPastItsAbsoluteEndIsRejectedWhoeverRenewedIt() {
        try (TestNode node = TestNode.at(redis.url())) {
            String id = node.login("alice").id();
            node.awaitCached(id);
            String key = "session:" + id;
            Instant end = Instant.now().plusSeconds(1);
            String value = redis.cli().text("GET", key).replaceFirst("}$", ",\"maxExpiresAt\":\"" + end + "\"}");
            redis.cli().command("SET", key, value, "KEEPTTL");
            awaitEnded(node, id);
            assertThat(Instant.now()).isAfterOrEqualTo(end);
            assertThat(redis.cli().number("EXISTS", key)).isEqualTo(1);
        }
    }
}
