// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.testkit.FaultProxy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;

/** Two nodes behind a network that can be slow. */
abstract class ProxiedStoreFixture extends SessionStoreFixture {

    @Nullable
    FaultProxy network;

    @Override
    final String url() {
        if (network == null) {
            network = FaultProxy.inFrontOf(servers.masters().get(0));
        }
        return network.url();
    }

    @AfterAll
    void closeNetwork() {
        network.close();
    }
}
