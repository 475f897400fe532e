// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.redis.format.FeedEntry;
import io.lettuce.core.codec.StringCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A page of the feed. Entries of another writer may have any size and any number of fields: what no entry of the feed has
 * is dropped while the reply is decoded, and the next page is small.
 */
final class FeedPage extends StringCodec {

    /** The number of entries of the first page. */
    static final int FIRST = 16;

    private static final int GROWTH = 4;

    private static final int LARGEST = 1_000;

    /** In bytes. An id has at most 256 characters. */
    private static final int LONGEST = 1_024;

    final String from;

    final int most;

    private long bytes;

    FeedPage(String from, int most) {
        super(StandardCharsets.UTF_8);
        this.from = from;
        this.most = most;
    }

    /** How many entries the next page has, after this one was decoded. */
    int next() {
        return bytes > (long) most * 2 * LONGEST ? 1 : Math.min(GROWTH * most, LARGEST);
    }

    @Override
    public String decodeKey(ByteBuffer name) {
        bytes += name.remaining();
        String field = name.remaining() <= LONGEST ? super.decodeKey(name) : "";
        return FeedEntry.isField(field) ? field : "";
    }

    @Override
    public @Nullable String decodeValue(ByteBuffer value) {
        bytes += value.remaining();
        return value.remaining() <= LONGEST ? super.decodeValue(value) : null;
    }
}
