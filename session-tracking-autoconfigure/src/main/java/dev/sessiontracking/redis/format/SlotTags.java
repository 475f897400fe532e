// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import io.lettuce.core.cluster.SlotHash;
import java.nio.charset.StandardCharsets;

/**
 * A hash tag for each slot of a cluster. A key with the tag belongs to that slot. If the prefix contains a hash tag,
 * all keys of the application belong to the slot of that tag.
 */
public final class SlotTags {

    private static final int[] NUMBERS = numbers();

    private SlotTags() {}

    public static int slot(String key) {
        return SlotHash.getSlot(key.getBytes(StandardCharsets.UTF_8));
    }

    /** The tag of a slot, in braces. */
    public static String of(int slot) {
        return "{" + NUMBERS[slot] + "}";
    }

    /** The smallest number for each slot. About 170,000 numbers are tried once, in a few milliseconds. */
    private static int[] numbers() {
        int[] numbers = new int[SlotHash.SLOT_COUNT];
        int missing = SlotHash.SLOT_COUNT;
        for (int number = 1; missing > 0; number++) {
            int slot = SlotHash.getSlot(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
            if (numbers[slot] == 0) {
                numbers[slot] = number;
                missing--;
            }
        }
        return numbers;
    }
}
