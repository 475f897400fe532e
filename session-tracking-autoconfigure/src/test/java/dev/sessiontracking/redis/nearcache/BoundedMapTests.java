// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedMapTests {

    private final BoundedMap<Integer> map = new BoundedMap<>(100);

    private void put(int from, int to) {
        IntStream.range(from, to).forEach(i -> map.put("key-" + i, i));
    }

    private long present(int from, int to) {
        return IntStream.range(from, to)
                .filter(i -> map.get("key-" + i) != null)
                .count();
    }

    @Test
    void oldestEntriesGoFirst() {
        put(0, 150);
        assertThat(map.size()).isEqualTo(100);
        assertThat(present(0, 50)).isZero();
        assertThat(present(50, 150)).isEqualTo(100);
    }

    /** Whoever begins sessions in a loop must not evict those of others. */
    @Test
    void floodOfNewEntriesEvictsNoneThatIsInUse() {
        put(0, 80);
        for (int i = 1_000; i < 11_000; i++) {
            put(i, i + 1);
            if (i % 10 == 0) {
                assertThat(present(0, 80)).as("after %d", i).isEqualTo(80);
            }
        }
        assertThat(map.size()).isEqualTo(100);
    }

    @Test
    void entryThatIsNoLongerReadGoesInTheEnd() {
        put(0, 100);
        assertThat(map.get("key-0")).isZero();
        put(100, 400);
        assertThat(map.get("key-0")).isNull();
    }

    @Test
    void replacedValueTakesOnePlaceAndIsTheYoungest() {
        put(0, 100);
        map.replace("key-0", 7);
        map.replace("unknown", 7);
        put(100, 101);
        assertThat(map.get("key-0")).isEqualTo(7);
        assertThat(map.get("key-1")).isNull();
        assertThat(map.get("unknown")).isNull();
        assertThat(map.size()).isEqualTo(100);
    }

    @Test
    void removedEntryThatIsBackIsTheYoungest() {
        put(0, 100);
        map.remove("key-0");
        put(0, 1);
        put(100, 101);
        assertThat(map.get("key-0")).isZero();
        assertThat(map.get("key-1")).isNull();
    }

    @Test
    void additionGivesAThousandSecondChancesAtMost() {
        BoundedMap<Integer> large = new BoundedMap<>(1_500);
        IntStream.range(0, 1_500).forEach(i -> large.put("key-" + i, i));
        IntStream.range(0, 1_500).forEach(i -> large.get("key-" + i));
        large.put("new", 1);
        assertThat(large.size()).isEqualTo(1_500);
        assertThat(large.get("key-1000")).isNull();
        assertThat(large.get("new")).isEqualTo(1);
    }

    @Test
    void removesOnCondition() {
        put(0, 2);
        assertThat(map.removeIf("key-1", value -> value == 0)).isNull();
        assertThat(map.removeIf("key-1", value -> value == 1)).isEqualTo(1);
        assertThat(map.remove("key-1")).isNull();
        assertThat(map.size()).isEqualTo(1);
    }

    /** What is removed or cleared leaves no place behind that counts. */
    @Test
    void keepsTheBoundWhateverThreadsDo() {
        List<CompletableFuture<Void>> threads = IntStream.range(0, 4)
                .mapToObj(thread -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 50_000; i++) {
                        String key = "key-" + ThreadLocalRandom.current().nextInt(300);
                        switch (i % 5) {
                            case 0 -> map.remove(key);
                            case 1 -> map.get(key);
                            case 2 -> map.replace(key, i);
                            default -> map.put(key, i);
                        }
                        if (i % 10_000 == 0) {
                            map.clear();
                        }
                    }
                }))
                .toList();
        threads.forEach(CompletableFuture::join);
        assertThat(map.size()).isLessThanOrEqualTo(100);
        put(1_000, 1_200);
        assertThat(map.size()).isEqualTo(100);
        assertThat(present(1_100, 1_200)).isEqualTo(100);
    }
}
