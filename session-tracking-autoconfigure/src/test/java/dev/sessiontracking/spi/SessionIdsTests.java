// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionIdsTests {

    @Test
    void generatedIdsHave192BitsAndAreUrlSafe() {
        assertThat(SessionIds.generate()).matches("[A-Za-z0-9_-]{32}");
    }

    @Test
    void generatedIdsAreUsable() {
        assertThat(SessionIds.isUsable(SessionIds.generate())).isTrue();
    }

    @Test
    void generatedIdsAreUnique() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(SessionIds.generate());
        }
        assertThat(ids).hasSize(10_000);
    }

    @Test
    void usableIdsAreVisibleAscii() {
        for (char c = 0; c < 0x180; c++) {
            assertThat(SessionIds.isUsable("a" + c)).as("U+%04X", (int) c).isEqualTo(c > ' ' && c < 0x7f);
        }
    }

    @Test
    void usableIdsHave1To256Characters() {
        assertThat(SessionIds.isUsable("")).isFalse();
        assertThat(SessionIds.isUsable("a")).isTrue();
        assertThat(SessionIds.isUsable("a".repeat(256))).isTrue();
        assertThat(SessionIds.isUsable("a".repeat(257))).isFalse();
    }

    @Test
    void userIdsHaveRoomForTheLongestSubjectAndTheAliasOfItsIssuer() {
        assertThat(SessionIds.isUsableUserId("a".repeat(32) + '|' + "s".repeat(255)))
                .isTrue();
        assertThat(SessionIds.isUsableUserId("a".repeat(289))).isFalse();
    }

    @Test
    void hashIsShortAndTheSameOnEveryNode() {
        assertThat(SessionIds.hash("abc")).isEqualTo("#ba7816bf");
    }

    @Test
    void hashOfAnythingIsShort() {
        assertThat(SessionIds.hash("a".repeat(100_000))).matches("#[0-9a-f]{8}");
        assertThat(SessionIds.hash("\ud800")).matches("#[0-9a-f]{8}");
    }
}
