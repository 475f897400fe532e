package dev.sessiontracking.redis;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the server is, as the property says it. The password is in no message and not in {@link #toString()}.
 *
 * @param tls whether the connection is encrypted
 * @param host name or address; an IPv6 address without brackets
 * @param port TCP port
 * @param database number of the database
 * @param username ACL user, or {@code null} for the default user
 * @param password password, or {@code null} for none
 */
record RedisUrl(
        boolean tls,
        String host,
        int port,
        int database,
        @Nullable String username,
        @Nullable String password) {

    private static final String PROPERTY = "session.tracking.redis-url";

    private static final String RIGHT_FORM =
            "Write redis://host:6379, redis://:password@host:6379, redis://user:password@host:6379/0, or rediss://…"
                    + " for TLS; characters such as @ : / ? # % in a password must be percent-encoded (@ is %40).";

    private static final int DEFAULT_PORT = 6379;

    private static final int MAX_PORT = 65_535;

    private static final int MAX_PORT_DIGITS = 5;

    /** java.net.URI finds no host in names with an underscore, which services of Docker Compose have. */
    private static final Pattern SERVER = Pattern.compile(
            "(?:(?<userInfo>[^@]*)@)?(?<host>\\[[0-9A-Fa-f:.]+(?:%[\\w.-]+)?]|[\\w.-]+)(?::(?<port>\\d*))?");

    /**
     * Reads the property's value.
     *
     * @throws SessionTrackingSetupException when it is not the URL of a server; says what is wrong, not what was given
     */
    static RedisUrl parse(String url) {
        URI uri = uri(url.strip());
        boolean tls = isTls(uri);
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw wrong("has a query or a fragment, which mean nothing here, or an unencoded ? or # in the password");
        }
        Matcher server = SERVER.matcher(String.valueOf(uri.getRawAuthority()));
        if (uri.getRawAuthority() == null || !server.matches()) {
            throw wrong("names no host, or has an unencoded character in the user name or password");
        }
        String userInfo = server.group("userInfo");
        return new RedisUrl(
                tls,
                withoutBrackets(server.group("host")),
                port(server.group("port")),
                database(uri.getRawPath()),
                username(userInfo),
                password(userInfo));
    }

    private static int port(@Nullable String digits) {
        if (digits == null || digits.isEmpty()) {
            return DEFAULT_PORT;
        }
        int port = digits.length() > MAX_PORT_DIGITS ? 0 : Integer.parseInt(digits);
        if (port < 1 || port > MAX_PORT) {
            throw wrong("has a port that is not between 1 and " + MAX_PORT);
        }
        return port;
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException broken) {
            // Its message repeats the URL, password and all.
            throw wrong(
                    "is not a URL: there is a character at position " + broken.getIndex() + " that cannot be there");
        }
    }

    private static boolean isTls(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "redis" -> false;
            case "rediss" -> true;
            default -> throw wrong("has no scheme that is known: it must begin with redis:// or rediss://");
        };
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int database(@Nullable String path) {
        if (path == null || path.isEmpty() || path.equals("/")) {
            return 0;
        }
        if (!path.matches("/\\d{1,5}")) {
            throw wrong("has a path that is not the number of a database, such as /0");
        }
        return Integer.parseInt(path.substring(1));
    }

    private static @Nullable String username(@Nullable String userInfo) {
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

    /** A plus sign is a plus sign here, unlike in a form. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static SessionTrackingSetupException wrong(String what) {
        return new SessionTrackingSetupException("The property " + PROPERTY + " " + what + ".", RIGHT_FORM);
    }

    /** The URL as it may be logged: without user name and password. */
    @Override
    public String toString() {
        String address = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return (tls ? "rediss://" : "redis://") + address + ":" + port + "/" + database;
    }
}
