// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

/** The server answered with an error; the message is its reply, for example {@code NOAUTH Authentication required.} */
public final class RedisErrorException extends RuntimeException {

    RedisErrorException(String reply) {
        super(reply);
    }

    /** The first word of the reply, for example {@code WRONGTYPE}. */
    public String code() {
        return String.valueOf(getMessage()).split(" ", 2)[0];
    }
}
