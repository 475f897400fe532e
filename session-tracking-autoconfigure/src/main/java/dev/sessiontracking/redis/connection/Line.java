// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

/** The purpose of a connection. Commands of one line never wait for commands of another line. */
public enum Line {
    /** Reads of one key, and heartbeats. */
    READ,

    /** Writes of one key. Blocked writes must not delay reads. */
    WRITE,

    /** Operations on many keys. */
    BULK
}
