// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.testkit.FaultProxy.Direction;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is true of two commands must be true when time passes between them. */
class SlowNetworkTests extends ProxiedStoreFixture {

    private static final Duration DELAY = Duration.ofMillis(150);

    @Test
    void indexAndEntryOutliveASessionThatIsRenewedSlowly() {
        create("a", "alice");
        network.delay(DELAY, Direction.TO_SERVER);
        try {
            answer(store.renew("a", TTL));
        } finally {
            network.heal();
        }
        Duration index = lifetime("user_sessions:alice");
        assertThat(index).isGreaterThanOrEqualTo(lifetime("session:a"));
        long expiry = Long.parseLong(String.valueOf(raw("ZSCORE", "user_sessions:alice", "a")));
        Duration entry = Duration.ofMillis(expiry - System.currentTimeMillis());
        assertThat(entry).isGreaterThanOrEqualTo(lifetime("session:a"));
    }
}
