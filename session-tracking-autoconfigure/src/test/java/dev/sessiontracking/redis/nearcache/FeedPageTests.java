// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FeedPageTests {

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keepsWhatEntriesHave() {
        FeedPage page = new FeedPage("-", FeedPage.FIRST);
        assertThat(page.decodeKey(bytes("session"))).isEqualTo("session");
        assertThat(page.decodeValue(bytes("\u20ac".repeat(256)))).isEqualTo("\u20ac".repeat(256));
    }

    /** An empty user would be all users. */
    @Test
    void keepsNothingElse() {
        FeedPage page = new FeedPage("-", FeedPage.FIRST);
        assertThat(page.decodeKey(bytes("other"))).isEmpty();
        assertThat(page.decodeKey(bytes("x".repeat(10_000)))).isEmpty();
        assertThat(page.decodeValue(bytes("x".repeat(10_000)))).isNull();
    }

    @Test
    void textOfTheMaximumLengthIsKept() {
        FeedPage page = new FeedPage("-", FeedPage.FIRST);
        assertThat(page.decodeValue(bytes("x".repeat(1_024)))).hasSize(1_024);
        assertThat(page.decodeValue(bytes("x".repeat(1_025)))).isNull();
    }

    @Test
    void namesAndValuesCountAsBytesOfTheirPage() {
        FeedPage page = new FeedPage("-", 2);
        page.decodeKey(bytes("x".repeat(3_000)));
        page.decodeValue(bytes("x".repeat(1_096)));
        assertThat(page.next()).isEqualTo(8);
        page.decodeKey(bytes("x"));
        assertThat(page.next()).isEqualTo(1);
    }

    @Test
    void pagesGrowUntilEntriesAreLarge() {
        int most = FeedPage.FIRST;
        for (int i = 0; i < 20; i++) {
            FeedPage page = new FeedPage("-", most);
            page.decodeValue(bytes("x".repeat(most * 200)));
            most = page.next();
        }
        assertThat(most).isEqualTo(1_000);
        FeedPage large = new FeedPage("-", most);
        large.decodeValue(bytes("x".repeat(most * 3_000)));
        assertThat(large.next()).isEqualTo(1);
    }
}
