// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.time.Duration;

/** A command of an operation on many keys. Its timeout is longer than that of a command on one key. */
record Bulk(CommandType type) implements ProtocolKeyword {

    private static final Duration SHORTEST = Duration.ofSeconds(2);

    private static final int TIMES = 4;

    @Override
    public byte[] getBytes() {
        return type.getBytes();
    }

    @Override
    public String toString() {
        return type.toString();
    }

    /** The timeout of one of these commands. */
    static Duration timeout(Duration commandTimeout) {
        Duration longer = commandTimeout.multipliedBy(TIMES);
        return longer.compareTo(SHORTEST) > 0 ? longer : SHORTEST;
    }
}
