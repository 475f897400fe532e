// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

/** The type of the index of a user's sessions. */
public enum UserIndexType {

    /** A sorted set. The score of an entry is its expiry time. Expired entries are removed. */
    ZSET,

    /** A set, for keys that another service writes too. Expired entries are not removed. */
    SET
}
