// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much is stored of the client's address and User-Agent.
 *
 * @param ip How much of the client's address is stored: all of it, only the network (last octet of IPv4 and last 64
 *     bits of IPv6 removed), or nothing.
 * @param userAgent How much of the client's User-Agent is stored: all of it, or nothing.
 */
@ConfigurationProperties("session.tracking.metadata")
record MetadataProperties(
        @DefaultValue("keep") MetadataPolicy.Ip ip,
        @DefaultValue("keep") MetadataPolicy.UserAgent userAgent) {

    MetadataPolicy policy() {
        return new MetadataPolicy(ip, userAgent);
    }
}
