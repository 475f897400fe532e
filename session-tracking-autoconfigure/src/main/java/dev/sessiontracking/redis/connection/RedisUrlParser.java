// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses a URL. {@link java.net.URI} cannot be used: it supports neither several hosts nor host names with an
 * underscore, and its error messages contain the URL with the password.
 */
final class RedisUrlParser {

    private static final String PROPERTY = "session.tracking.redis-url";

    private static final String ENCODING =
            "characters such as @ : / ? # % in a password must be percent-encoded" + " (@ is %40).";

    private static final String STANDALONE_FORM =
            "Write redis://host:6379, redis://:password@host:6379 or redis://user:password@host:6379/0";

    private static final String SENTINEL_FORM =
            "redis-sentinel://:password@sentinel1:26379,sentinel2:26379/0#mymaster with the master name of the sentinels'"
                    + " configuration";

    private static final String CLUSTER_FORM = "redis-cluster://:password@node1:7000,node2:7000";

    private static final int MAX_PORT = 65_535;

    private static final int MAX_PORT_DIGITS = 5;

    private static final Pattern PARTS = Pattern.compile(
            "(?<scheme>[A-Za-z][A-Za-z-]*)://(?<authority>[^/?#]*)(?<path>/[^?#]*)?(?<query>\\?[^#]*)?(?:#(?<fragment>.*))?",
            Pattern.DOTALL);

    /** The characters that RFC 3986 allows in a user name and a password. */
    private static final Pattern USER_INFO =
            Pattern.compile("(?:[^\\x00-\\x7F\\s]|[\\w.~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*");

    /** Services of Docker Compose have underscores in their names. */
    private static final Pattern SERVER =
            Pattern.compile("(?<host>\\[[0-9A-Fa-f:.]+(?:%[\\w.-]+)?]|[\\w.-]+)(?::(?<port>\\d*))?");

    private static final Pattern MASTER_NAME = Pattern.compile("[\\w.:-]+");

    private static final Pattern DATABASE = Pattern.compile("/\\d{1,5}");

    private final String url;

    private @Nullable Topology topology;

    RedisUrlParser(String url) {
        this.url = url;
    }

    RedisUrl parse() {
        Matcher parts = PARTS.matcher(url);
        if (!parts.matches()) {
            throw wrong("is not a URL");
        }
        String scheme = parts.group("scheme").toLowerCase(Locale.ROOT);
        Topology known = topology(scheme);
        topology = known;
        if (parts.group("query") != null) {
            throw wrong("has a query, which is not supported, or an unencoded ? in the password");
        }
        String authority = parts.group("authority");
        int at = authority.lastIndexOf('@');
        String userInfo = at < 0 ? null : authority.substring(0, at);
        if (userInfo != null && !USER_INFO.matcher(userInfo).matches()) {
            throw wrong("has an unencoded character in the user name or password");
        }
        return new RedisUrl(
                known,
                scheme.startsWith("rediss"),
                addresses(known, authority.substring(at + 1)),
                database(known, parts.group("path")),
                masterName(known, parts.group("fragment")),
                username(userInfo),
                password(userInfo));
    }

    private Topology topology(String scheme) {
        for (Topology candidate : Topology.values()) {
            if (scheme.equals(candidate.scheme(false)) || scheme.equals(candidate.scheme(true))) {
                return candidate;
            }
        }
        throw wrong("has an unknown scheme. It must begin with redis://, redis-sentinel:// or redis-cluster://,"
                + " or with rediss… for TLS");
    }

    private List<RedisAddress> addresses(Topology known, String hosts) {
        List<RedisAddress> addresses = new ArrayList<>();
        for (String server : hosts.split(",", -1)) {
            Matcher parts = SERVER.matcher(server);
            if (!parts.matches()) {
                throw wrong("has no host, or has an unencoded character in the user name or password");
            }
            addresses.add(new RedisAddress(withoutBrackets(parts.group("host")), port(known, parts.group("port"))));
        }
        if (known == Topology.STANDALONE && addresses.size() > 1) {
            throw wrong("has several hosts, which only redis-sentinel:// and redis-cluster:// allow");
        }
        return addresses;
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private int port(Topology known, @Nullable String digits) {
        if (digits == null || digits.isEmpty()) {
            return known.defaultPort();
        }
        int port = digits.length() > MAX_PORT_DIGITS ? 0 : Integer.parseInt(digits);
        if (port < 1 || port > MAX_PORT) {
            throw wrong("has a port that is not between 1 and " + MAX_PORT);
        }
        return port;
    }

    private int database(Topology known, @Nullable String path) {
        if (path == null || path.equals("/")) {
            return 0;
        }
        if (!DATABASE.matcher(path).matches()) {
            throw wrong(
                    "has a path that is no database number, such as /0, or has an unencoded / in the" + " password");
        }
        int database = Integer.parseInt(path.substring(1));
        if (known == Topology.CLUSTER && database != 0) {
            throw wrong("has a database number, but a cluster has only database 0. To separate applications,"
                    + " set session.tracking.key-prefix");
        }
        return database;
    }

    private @Nullable String masterName(Topology known, @Nullable String fragment) {
        if (known != Topology.SENTINEL) {
            if (fragment != null) {
                throw wrong(
                        "has a fragment, which is only for redis-sentinel://, or an unencoded # in the" + " password");
            }
            return null;
        }
        if (fragment == null || fragment.isEmpty()) {
            throw wrong("does not end with # and the name of the master");
        }
        if (!MASTER_NAME.matcher(fragment).matches()) {
            throw wrong("has a master name with characters that Sentinel does not allow, or an unencoded # in"
                    + " the password");
        }
        return fragment;
    }

    private @Nullable String username(@Nullable String userInfo) {
        if (userInfo == null) {
            return null;
        }
        int colon = userInfo.indexOf(':');
        if (colon < 0) {
            throw wrong("has a user name without a password");
        }
        return colon == 0 ? null : decoded(userInfo.substring(0, colon));
    }

    private static @Nullable String password(@Nullable String userInfo) {
        if (userInfo == null) {
            return null;
        }
        String password = userInfo.substring(userInfo.indexOf(':') + 1);
        return password.isEmpty() ? null : decoded(password);
    }

    /** Unlike in a form, a plus sign is not a space here. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The message contains no part of the value, because each part may belong to the password. */
    private SessionTrackingSetupException wrong(String what) {
        return new SessionTrackingSetupException("The property " + PROPERTY + " " + what + ".", rightForm());
    }

    private String rightForm() {
        if (topology == Topology.SENTINEL) {
            return "Write " + SENTINEL_FORM + ", or rediss-sentinel://… for TLS; " + ENCODING;
        }
        if (topology == Topology.CLUSTER) {
            return "Write " + CLUSTER_FORM + ", or rediss-cluster://… for TLS; " + ENCODING;
        }
        String more = topology == Topology.STANDALONE
                ? ""
                : "; with sentinels " + SENTINEL_FORM + "; for a cluster " + CLUSTER_FORM;
        return STANDALONE_FORM + more + "; rediss… for TLS; " + ENCODING;
    }
}
