// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import dev.sessiontracking.SessionMetadata;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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
        @DefaultValue("keep") Ip ip, @DefaultValue("keep") UserAgent userAgent) {

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    /** How much of an address is stored. */
    public enum Ip {
        /** The whole address. */
        KEEP,
        /**
         * The network: an IPv4 address with its last octet 0, the first 64 bits of an IPv6 address. Text that is not
         * an address is dropped.
         */
        TRUNCATE,
        /** Nothing. */
        DROP
    }

    /** How much of a User-Agent is stored. */
    public enum UserAgent {
        /** The whole header. */
        KEEP,
        /** Nothing. */
        DROP
    }

    /** Removes what must not be stored. */
    SessionMetadata apply(SessionMetadata metadata) {
        if (ip == Ip.KEEP && userAgent == UserAgent.KEEP) {
            return metadata;
        }
        return SessionMetadata.of(keptIp(metadata.ip()), userAgent == UserAgent.KEEP ? metadata.userAgent() : null);
    }

    private @Nullable String keptIp(@Nullable String address) {
        return switch (ip) {
            case KEEP -> address;
            case TRUNCATE -> address == null ? null : network(address);
            case DROP -> null;
        };
    }

    private static @Nullable String network(String address) {
        InetAddress parsed = parse(address);
        if (parsed == null) {
            return null;
        }
        byte[] bytes = parsed.getAddress();
        if (parsed instanceof Inet4Address) {
            return (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + ".0";
        }
        StringBuilder network = new StringBuilder();
        for (int i = 0; i < Long.BYTES; i += 2) {
            network.append(Integer.toHexString(((bytes[i] & 0xff) << 8) | (bytes[i + 1] & 0xff)))
                    .append(':');
        }
        return network.append(':').toString();
    }

    /** Parses an address, never a host name, so there is no DNS lookup. Treats an IPv4-mapped IPv6 address as IPv4. */
    private static @Nullable InetAddress parse(String address) {
        try {
            if (IPV4.matcher(address).matches()) {
                return InetAddress.getByName(address);
            }
            int zone = address.indexOf('%');
            String literal = zone < 0 ? address : address.substring(0, zone);
            return literal.indexOf(':') < 0 ? null : InetAddress.getByName("[" + literal + "]");
        } catch (UnknownHostException noAddress) {
            return null;
        }
    }
}
