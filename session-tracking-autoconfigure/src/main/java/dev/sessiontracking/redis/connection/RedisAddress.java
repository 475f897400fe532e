// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

/**
 * Address of a server.
 *
 * @param host name or address; an IPv6 address without brackets
 * @param port TCP port
 */
public record RedisAddress(String host, int port) {

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
