// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SwitchableStore;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RevocationReapplierTests {

    private final SlowStore store = new SlowStore();

    private final Deque<Runnable> later = new ArrayDeque<>();

    private final RevocationReapplier again = new RevocationReapplier(store, later::add);

    private static Map<String, Instant> ids(int count) {
        Map<String, Instant> ids = new LinkedHashMap<>();
        IntStream.range(0, count).forEach(i -> ids.put("id-" + i, Instant.ofEpochSecond(i)));
        return ids;
    }

    @Test
    void whatFailsDoesNotHoldUpTheOthersAndIsDoneLater() {
        store.failures = 1;
        again.apply(ids(1_000));
        assertThat(store.taken).hasSize(1_000 - 256).doesNotContain("id-0");
        later.remove().run();
        assertThat(store.taken).hasSize(1_000).contains("id-0");
        assertThat(later).isEmpty();
    }

    @Test
    void nothingIsAskedForNoSessionOrAfterTheLastOne(CapturedOutput output) {
        again.apply(Map.of());
        assertThat(store.asked).isZero();
        again.apply(ids(512));
        assertThat(store.asked).isEqualTo(2);
        assertThat(output).doesNotContain("in the store again");
    }

    @Test
    void sessionsThatWereInTheStoreAgainAreReported(CapturedOutput output) {
        store.returned = 3;
        again.apply(ids(512));
        assertThat(output).containsOnlyOnce("6 revoked session(s) were in the store again");
    }

    @Test
    void storeThatStaysAwayIsNotAskedForEver() {
        store.failures = Integer.MAX_VALUE;
        again.apply(ids(1));
        while (!later.isEmpty()) {
            later.remove().run();
        }
        assertThat(store.asked).isEqualTo(10);
    }

    @Test
    void recoveryReplacesAnEarlierOne() {
        store.failures = Integer.MAX_VALUE;
        again.recover(ids(1_000));
        store.failures = 0;
        again.recover(ids(1_001));
        assertThat(store.taken).containsExactlyInAnyOrderElementsOf(ids(1_001).keySet());
        later.remove().run();
        assertThat(later).isEmpty();
        assertThat(store.taken).hasSize(1_001);
    }

    /** Takes the sessions of one request after some failures. */
    private static final class SlowStore extends SwitchableStore {

        private final List<String> taken = new ArrayList<>();

        private int failures;

        private int asked;

        private long returned;

        @Override
        public CompletionStage<Long> reapplyRevocations(List<String> sessionIds) {
            asked++;
            if (failures > 0) {
                failures--;
                return CompletableFuture.failedFuture(new SessionStoreUnavailableException("too slow", null));
            }
            taken.addAll(sessionIds);
            return CompletableFuture.completedFuture(returned);
        }
    }
}
