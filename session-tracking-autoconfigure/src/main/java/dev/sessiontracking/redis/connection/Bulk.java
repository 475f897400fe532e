// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A command of an operation on many keys. Its timeout is longer than that of a command on one key.
 *
 * @param word its name
 */
record Bulk(String word) implements ProtocolKeyword {

    static final Bulk DEL = new Bulk("DEL");

    static final Bulk EVAL = new Bulk("EVAL");

    static final Bulk EVALSHA = new Bulk("EVALSHA");

    static final Bulk GET = new Bulk("GET");

    static final Bulk MGET = new Bulk("MGET");

    static final Bulk PTTL = new Bulk("PTTL");

    static final Bulk SREM = new Bulk("SREM");

    static final Bulk SSCAN = new Bulk("SSCAN");

    static final Bulk ZRANGE = new Bulk("ZRANGE");

    static final Bulk ZREM = new Bulk("ZREM");

    private static final Duration SHORTEST = Duration.ofSeconds(2);

    private static final int TIMES = 4;

    @Override
    public byte[] getBytes() {
        return word.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return word;
    }

    /** The timeout of one of these commands. */
    static Duration timeout(Duration commandTimeout) {
        Duration longer = commandTimeout.multipliedBy(TIMES);
        return longer.compareTo(SHORTEST) > 0 ? longer : SHORTEST;
    }
}
