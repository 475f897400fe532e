// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.Test;

class SlotTagsTests {

    @Test
    void aKeyWithATagBelongsToItsSlotWhateverElseIsInIt() {
        for (int slot = 0; slot < SlotHash.SLOT_COUNT; slot++) {
            assertThat(SlotHash.getSlot("session:~probe-" + slot + SlotTags.of(slot)))
                    .isEqualTo(slot);
        }
    }
}
