package dev.sessiontracking.autoconfigure;

import dev.sessiontracking.SessionMetadata;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much of where a session was begun from is kept.
 *
 * @param ip what is kept of the client's address
 * @param userAgent what is kept of its User-Agent
 */
record MetadataPolicy(Ip ip, UserAgent userAgent) {

    /** Everything is kept. */
    public static final MetadataPolicy KEEP = new MetadataPolicy(Ip.KEEP, UserAgent.KEEP);

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    /** What is kept of an address. */
    public enum Ip {
        /** The whole address. */
        KEEP,
        /**
         * The network: an IPv4 address with its last octet 0, the first 64 bits of an IPv6 address. What is no
         * address is dropped.
         */
        TRUNCATE,
        /** Nothing. */
        DROP
    }

    /** What is kept of a User-Agent. */
    public enum UserAgent {
        /** The whole header. */
        KEEP,
        /** Nothing. */
        DROP
    }

    /** The part of the metadata that may be kept. */
    public SessionMetadata apply(SessionMetadata metadata) {
        if (equals(KEEP)) {
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

    /** Reads an address, never a name: nothing here asks a name server. An IPv4 address in IPv6 form is one of IPv4. */
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
