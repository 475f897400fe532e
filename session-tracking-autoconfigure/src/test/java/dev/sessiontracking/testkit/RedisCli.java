// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a person would type in redis-cli, over a plain socket and independent of the client under test. One connection,
 * opened with the first command and again after the server closed it. Every command ends within the timeout, with an
 * {@link UncheckedIOException} when the server does not answer. Thread-safe.
 */
public final class RedisCli implements AutoCloseable {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);

    private final String host;
    private final int port;
    private final @Nullable String password;
    private final int timeoutMillis;
    private final @Nullable SSLSocketFactory tls;

    private @Nullable Connection connection;
    private long ownInfos;
    private long ownResets;

    private record Connection(Socket socket, InputStream in) {}

    private RedisCli(
            String host, int port, @Nullable String password, Duration timeout, @Nullable SSLSocketFactory tls) {
        this.host = host;
        this.port = port;
        this.password = password;
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
        this.tls = tls;
    }

    public static RedisCli to(String host, int port) {
        return new RedisCli(host, port, null, DEFAULT_TIMEOUT, null);
    }

    public RedisCli withPassword(String password) {
        return new RedisCli(host, port, password, Duration.ofMillis(timeoutMillis), tls);
    }

    public RedisCli withTimeout(Duration timeout) {
        return new RedisCli(host, port, password, timeout, tls);
    }

    /** Encrypted, or not when there is no factory. */
    public RedisCli withTls(@Nullable SSLSocketFactory factory) {
        return new RedisCli(host, port, password, Duration.ofMillis(timeoutMillis), factory);
    }

    /**
     * @return a {@code String}, {@code Long}, {@code List} or null, as the server answered
     * @throws RedisErrorException the server answered with an error
     */
    public synchronized @Nullable Object command(String... words) {
        try {
            Connection current = liveConnection();
            return throwIfError(exchange(current, words));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(words[0] + " to " + host + ":" + port + ": " + e.getMessage(), e);
        }
    }

    /** For commands that answer with text or nil, such as GET. */
    public @Nullable String text(String... words) {
        return (String) command(words);
    }

    /** For commands that answer with a number, such as DEL or TTL. */
    public long number(String... words) {
        return (Long) Objects.requireNonNull(command(words));
    }

    /** For commands that answer with a list of texts, such as KEYS or ZRANGE. */
    public List<String> texts(String... words) {
        return ((List<?>) Objects.requireNonNull(command(words)))
                .stream().map(String::valueOf).toList();
    }

    /** One field of INFO, for example {@code info("role")}. */
    public String info(String field) {
        for (String line : infoLines("all")) {
            if (line.startsWith(field + ":")) {
                return line.substring(field.length() + 1);
            }
        }
        throw new IllegalArgumentException("INFO has no field " + field);
    }

    /**
     * Calls per command since {@link #resetStats()} or the server's start, subcommands as {@code client|tracking}, those
     * within scripts included. The calls that this object needs for counting are taken off.
     */
    public synchronized Map<String, Long> commandCounts() {
        Map<String, Long> counts = new TreeMap<>();
        long ownInfosBefore = ownInfos;
        for (String line : infoLines("commandstats")) {
            if (line.startsWith("cmdstat_")) {
                String name = line.substring("cmdstat_".length(), line.indexOf(':'));
                int calls = line.indexOf("calls=") + "calls=".length();
                counts.put(name, Long.parseLong(line.substring(calls, line.indexOf(',', calls))));
            }
        }
        // Redis 6 counts by command, later ones by subcommand.
        takeOff(counts, "config", ownResets);
        takeOff(counts, "config|resetstat", ownResets);
        takeOff(counts, "info", ownInfosBefore);
        return counts;
    }

    public synchronized void resetStats() {
        command("CONFIG", "RESETSTAT");
        ownInfos = 0;
        // The server counts a command when it has run: this one is the first of the new count.
        ownResets = 1;
    }

    private static void takeOff(Map<String, Long> counts, String name, long own) {
        counts.computeIfPresent(name, (key, calls) -> calls > own ? calls - own : null);
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            closeQuietly(connection.socket());
            connection = null;
        }
    }

    /** The line a server answers to PING, errors included; null when there is none. Needs no password. */
    static @Nullable String ping(String host, int port, Duration timeout, @Nullable SSLSocketFactory tls) {
        RedisCli cli = to(host, port).withTimeout(timeout).withTls(tls);
        try (cli) {
            return String.valueOf(cli.command("PING"));
        } catch (RedisErrorException e) {
            return String.valueOf(e.getMessage());
        } catch (UncheckedIOException e) {
            return null;
        }
    }

    private synchronized List<String> infoLines(String section) {
        ownInfos++;
        return String.valueOf(text("INFO", section)).lines().toList();
    }

    private Connection liveConnection() throws IOException {
        Connection current = connection;
        if (current != null && !isAlive(current)) {
            close();
            current = null;
        }
        if (current == null) {
            current = open();
            connection = current;
            if (password != null) {
                throwIfError(exchange(current, "AUTH", password));
            }
        }
        return current;
    }

    private Connection open() throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            if (tls != null) {
                socket.setSoTimeout(timeoutMillis);
                socket = tls.createSocket(socket, host, port, true);
            }
            return new Connection(socket, new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            closeQuietly(socket);
            throw e;
        }
    }

    /** Nothing is expected between two commands: a byte or an end here means that the connection is of no more use. */
    private static boolean isAlive(Connection connection) {
        try {
            connection.socket().setSoTimeout(1);
            connection.in().read();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private @Nullable Object exchange(Connection connection, String... words) throws IOException {
        connection.socket().setSoTimeout(timeoutMillis);
        connection.socket().getOutputStream().write(Resp.command(words));
        return Resp.read(connection.in());
    }

    private static @Nullable Object throwIfError(@Nullable Object reply) {
        if (reply instanceof RedisErrorException error) {
            throw error;
        }
        return reply;
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // It is gone either way.
        }
    }
}
