// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionMetadataTests {

    private static String cleaned(String userAgent) {
        return SessionMetadata.of(null, userAgent).userAgent();
    }

    @Test
    void ordinaryValuesStayAsTheyAre() {
        SessionMetadata metadata = SessionMetadata.of("2001:db8::1%eth0", "Mozilla/5.0 (X11; Linux) Gecko/20100101");
        assertThat(metadata.ip()).isEqualTo("2001:db8::1%eth0");
        assertThat(metadata.userAgent()).isEqualTo("Mozilla/5.0 (X11; Linux) Gecko/20100101");
    }

    @Test
    void otherScriptsStayAsTheyAre() {
        assertThat(cleaned("浏览器 Обозреватель 😀")).isEqualTo("浏览器 Обозреватель 😀");
    }

    @Test
    void whatIsMissingIsMissing() {
        assertThat(SessionMetadata.of(null, null)).isEqualTo(SessionMetadata.none());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\r\n", "\0", "\u2003", "\u200b", "\ud800"})
    void blankIsMissing(String value) {
        assertThat(SessionMetadata.of(value, value)).isEqualTo(SessionMetadata.none());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a\u0000b", "a\r\nb", "a\tb", "a\u001b[31mb", "a\u007fb", "a\u0085b", "a\u2028b", "a\u2029b"})
    void controlCharactersAreRemoved(String value) {
        assertThat(cleaned(value))
                .doesNotContainPattern("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029]")
                .startsWith("a")
                .endsWith("b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u202eb", "a\u2066b", "a\u200fb", "a\ufeffb", "a\u200bb", "a\udb40\udc41b"})
    void invisibleFormattingIsRemoved(String value) {
        assertThat(cleaned(value)).isEqualTo("ab");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\ud83db", "a\ude00b", "ab\ud83d", "\ude00\ud83dab"})
    void unpairedSurrogatesAreRemoved(String value) {
        assertThat(cleaned(value)).isEqualTo("ab");
    }

    @Test
    void longValuesAreCut() {
        SessionMetadata metadata = SessionMetadata.of("1".repeat(1_000_000), "a".repeat(1_000_000));
        assertThat(metadata.ip()).hasSize(SessionMetadata.MAX_IP_LENGTH);
        assertThat(metadata.userAgent()).hasSize(SessionMetadata.MAX_USER_AGENT_LENGTH);
    }

    @Test
    void valuesAreCutBetweenCodePoints() {
        String cut = cleaned("a" + "😀".repeat(512));
        assertThat(cut).isEqualTo("a" + "😀".repeat(255));
    }

    @Test
    void valuesOfTheLongestLengthStay() {
        String longest = "😀".repeat(256);
        assertThat(cleaned(longest)).isEqualTo(longest);
    }

    @Test
    void whatIsRemovedDoesNotCount() {
        assertThat(cleaned("\0".repeat(10_000) + "Firefox")).isEqualTo("Firefox");
    }

    @Test
    void constructorCleansToo() {
        assertThat(new SessionMetadata("1\n2", null).ip()).isEqualTo("12");
    }

    @Test
    void cleaningTwiceChangesNothing() {
        SessionMetadata once = SessionMetadata.of(" 1\u202e ", "a".repeat(511) + " 😀 b");
        assertThat(SessionMetadata.of(once.ip(), once.userAgent())).isEqualTo(once);
    }
}
