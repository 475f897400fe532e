package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.SessionIds;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionSlotsTests {

    @ParameterizedTest
    @ValueSource(strings = {"", "shop:", "{shop}:", "{}", "}{", "a{b"})
    void slotIsThatOfTheKey(String prefix) {
        RedisKeys keys = new RedisKeys(prefix);
        SessionSlots slots = new SessionSlots(keys);
        assertThat(IntStream.range(0, 200).mapToObj(i -> SessionIds.generate()))
                .allSatisfy(id -> assertThat(slots.slotOf(id)).isEqualTo(ClusterMasters.slot(keys.session(id))));
        for (String id : new String[] {"", "{x}", "a{b}c", "}{", "{", "}", "a}b", "日本語", "é", "~!@#$%^&*()"}) {
            assertThat(slots.slotOf(id)).as(id).isEqualTo(ClusterMasters.slot(keys.session(id)));
        }
    }
}
