// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Parses a URL. {@link java.net.URI} cannot be used: it supports neither several hosts nor host names with an
 * underscore, and its error messages contain the URL with the password.
 */
final class RedisUrlParser {

    private static final String PROPERTY = "session.tracking.redis-url";

    private static final int MAX_PORT = 65_535;

    private static final Pattern PARTS = Pattern.compile(
            "(?<scheme>[A-Za-z][A-Za-z-]*)://(?:(?<login>[^/?#]*)@)?(?<hosts>[^/?#@]*)(?:/(?<database>[^?#]*))?(?<query>\\?[^#]*)?"
                    + "(?:#(?<master>.*))?",
            Pattern.DOTALL);

    /** With the characters that RFC 3986 allows in a user name and a password. */
    private static final Pattern LOGIN =
            Pattern.compile("(?<user>(?:[^\\x00-\\x7F\\s]|[\\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)"
                    + ":(?<password>(?:[^\\x00-\\x7F\\s]|[\\w.~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*)");

    /** Services of Docker Compose have underscores in their names. */
    private static final Pattern SERVER = Pattern.compile(
            "(?:\\[(?<address>[0-9A-Fa-f:.]+(?:%[\\w.-]+)?)]|(?<host>[\\w.-]+))(?::(?<port>\\d{0,5}))?");

    private static final Pattern MASTER_NAME = Pattern.compile("[\\w.:-]+");

    private static final Pattern DATABASE = Pattern.compile("\\d{1,5}");

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
        Topology known = Stream.of(Topology.values())
                .filter(any -> scheme.equals(any.scheme(false)) || scheme.equals(any.scheme(true)))
                .findFirst()
                .orElseThrow(() -> wrong("has an unknown scheme. It must begin with redis://, redis-sentinel:// or"
                        + " redis-cluster://, or with rediss… for TLS"));
        topology = known;
        if (parts.group("query") != null) {
            throw wrong("has a query, which is not supported, or an unencoded ? in the password");
        }
        Matcher login = LOGIN.matcher(Objects.requireNonNullElse(parts.group("login"), ":"));
        if (!login.matches()) {
            throw wrong("has a user name without a password, or an unencoded character in one of them");
        }
        return new RedisUrl(
                known,
                scheme.startsWith("rediss"),
                addresses(known, parts.group("hosts")),
                database(known, parts.group("database")),
                masterName(known, parts.group("master")),
                decoded(login.group("user")),
                decoded(login.group("password")));
    }

    private List<RedisAddress> addresses(Topology known, String hosts) {
        List<RedisAddress> addresses = new ArrayList<>();
        for (String server : hosts.split(",", -1)) {
            Matcher parts = SERVER.matcher(server);
            if (!parts.matches()) {
                throw wrong("has no host, a port that is not between 1 and " + MAX_PORT
                        + ", or an unencoded character in the user name or password");
            }
            String host = parts.group("host");
            addresses.add(
                    new RedisAddress(host == null ? parts.group("address") : host, port(known, parts.group("port"))));
        }
        if (known == Topology.STANDALONE && addresses.size() > 1) {
            throw wrong("has several hosts, which only redis-sentinel:// and redis-cluster:// allow");
        }
        return addresses;
    }

    private int port(Topology known, @Nullable String digits) {
        if (digits == null || digits.isEmpty()) {
            return known.defaultPort();
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > MAX_PORT) {
            throw wrong("has a port that is not between 1 and " + MAX_PORT);
        }
        return port;
    }

    private int database(Topology known, @Nullable String digits) {
        if (digits == null || digits.isEmpty()) {
            return 0;
        }
        if (!DATABASE.matcher(digits).matches()) {
            throw wrong("has a path that is no database number, such as /0, or has an unencoded / in the password");
        }
        int database = Integer.parseInt(digits);
        if (known == Topology.CLUSTER && database != 0) {
            throw wrong("has a database number, but a cluster has only database 0. To separate applications,"
                    + " set session.tracking.key-prefix");
        }
        return database;
    }

    private @Nullable String masterName(Topology known, @Nullable String name) {
        if (known == Topology.SENTINEL
                && (name == null || !MASTER_NAME.matcher(name).matches())) {
            throw wrong(
                    "does not end with # and the name of the master, with the characters that Sentinel allows, or has"
                            + " an unencoded # in the password");
        }
        if (known != Topology.SENTINEL && name != null) {
            throw wrong("has a fragment, which is only for redis-sentinel://, or an unencoded # in the password");
        }
        return name;
    }

    /** Unlike in a form, a plus sign is not a space here. */
    private static @Nullable String decoded(String text) {
        return text.isEmpty() ? null : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The message contains no part of the value, because each part may belong to the password. */
    private SessionTrackingSetupException wrong(String what) {
        String examples = Stream.of(Topology.values())
                .filter(any -> topology == null || topology == any)
                .map(Topology::example)
                .collect(Collectors.joining("; "));
        return new SessionTrackingSetupException(
                "The property " + PROPERTY + " " + what + ".",
                "Write " + examples + "; rediss… for TLS; characters such as @ : / ? # % in a password must be"
                        + " percent-encoded (@ is %40).");
    }
}
