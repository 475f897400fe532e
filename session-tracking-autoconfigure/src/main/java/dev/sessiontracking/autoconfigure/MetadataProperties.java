package dev.sessiontracking.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much is kept of where a session was begun from.
 *
 * @param ip What is kept of the client's address: all of it, its network (last octet of IPv4 and last 64 bits of IPv6
 *     removed), or nothing.
 * @param userAgent What is kept of the client's User-Agent: all of it, or nothing.
 */
@ConfigurationProperties("session.tracking.metadata")
record MetadataProperties(
        @DefaultValue("keep") MetadataPolicy.Ip ip,
        @DefaultValue("keep") MetadataPolicy.UserAgent userAgent) {

    MetadataPolicy policy() {
        return new MetadataPolicy(ip, userAgent);
    }
}
