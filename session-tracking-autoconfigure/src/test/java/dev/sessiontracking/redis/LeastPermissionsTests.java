// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.redis.Place.Servers;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.CachingReader.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The near cache works for a user who may do no more than what docs/running-redis.md lists; see {@link Place}. */
class LeastPermissionsTests {

    @ParameterizedTest
    @EnumSource(names = {"LEAST_PERMISSIONS", "LEAST_PERMISSIONS_CLUSTER"})
    void nearCacheWorks(Place place) {
        try (Servers servers = place.open();
                TestNode node = TestNode.at(servers.url())) {
            for (int i = 0; i < 10; i++) {
                node.awaitCached(node.login("alice").id());
            }
            assertThat(node.bean(CachingReader.class).state().status()).isEqualTo(Status.ON);
        }
    }
}
