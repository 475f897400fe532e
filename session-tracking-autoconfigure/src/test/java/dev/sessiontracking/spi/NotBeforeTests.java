// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class NotBeforeTests {

    /** A claim can have any number. */
    @Test
    void latestTimeOfATokenIsNotCovered() {
        NotBefore marker = new NotBefore(1_764_000_000_000L, null, 0);
        assertThat(marker.coversToken(Instant.MAX)).isFalse();
        assertThat(marker.coversToken(Instant.MIN)).isTrue();
        assertThat(marker.coversToken(Instant.ofEpochMilli(1_764_000_000_000L))).isTrue();
        assertThat(marker.coversToken(Instant.ofEpochMilli(1_764_000_000_001L))).isFalse();
    }

    /** Another service's session may not say when it began. */
    @Test
    void sessionOfUnknownBeginningIsCoveredByAMarkerOnly() {
        assertThat(new NotBefore(1_764_000_000_000L, null, 0).covers("id", Instant.EPOCH))
                .isTrue();
        assertThat(NotBefore.NONE.covers("id", Instant.EPOCH)).isFalse();
        assertThat(new NotBefore(1_764_000_000_000L, "id", 0).covers("id", Instant.EPOCH))
                .isFalse();
    }
}
