// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.format.SlotTags;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.TestLength;
import dev.sessiontracking.testkit.Topologies;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;

/** The same on three masters. */
@Tag("long")
class ClusterBulkOperationsTests extends BulkOperations {

    private RedisServer[] masters = {};

    @Override
    String url() {
        masters = Topologies.cluster().mastersBySlot();
        return Topologies.cluster().url();
    }

    @Override
    int sessions() {
        return TestLength.of(1_000, 8_000);
    }

    @Override
    @Nullable
    Object command(String... words) {
        return masters[SlotTags.slot(words[1])].cli().command(words);
    }

    @Override
    void set(Map<String, String> values) {
        values.forEach((key, value) -> command("SET", key, value));
    }
}
