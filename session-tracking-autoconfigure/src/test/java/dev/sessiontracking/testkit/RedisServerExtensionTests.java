// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisServerExtensionTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static final Set<Integer> PORTS = new HashSet<>();

    @RepeatedTest(2)
    void findsNothingOfTheTestBefore() {
        assertIsFresh();
        redis.cli().command("SET", "key", "value");
    }

    @RepeatedTest(2)
    void killed() {
        assertIsFresh();
        redis.server().kill();
    }

    @RepeatedTest(2)
    void frozen() {
        assertIsFresh();
        redis.server().freeze();
    }

    @RepeatedTest(2)
    void locked() {
        assertIsFresh();
        redis.cli().command("CONFIG", "SET", "requirepass", "secret");
        redis.cli().close();
    }

    @Nested
    class NestedTests {

        @Test
        void shareTheServer() {
            assertIsFresh();
        }
    }

    @AfterAll
    static void usedOneServer() {
        assertThat(PORTS).hasSize(1);
    }

    private static void assertIsFresh() {
        PORTS.add(redis.server().port());
        assertThat(redis.cli().command("DBSIZE")).isEqualTo(0L);
    }
}
