// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis server that a test owns and may do anything to. It listens on one port of loopback for as long as this
 * object lives, whatever is done to it in between, and writes nothing to disk unless its arguments or a command say so.
 * Thread-safe. Get one from {@link RedisServers}.
 */
public abstract class RedisServer implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(15);

    private final List<String> args;
    private final int port;
    private final @Nullable Integer tlsPort;
    private final @Nullable SSLSocketFactory tls;

    private @Nullable RedisCli cli;
    private boolean frozen;

    RedisServer(int port, List<String> args) {
        this.port = port;
        this.args = List.copyOf(args);
        boolean tlsOnly = "0".equals(argument("--port"));
        String authority = argument("--tls-ca-cert-file");
        this.tlsPort = tlsOnly ? Integer.valueOf(port) : args.contains("--tls-cert-file") ? Ports.free() : null;
        this.tls = tlsOnly && authority != null ? TestCertificates.trusting(Path.of(authority)) : null;
    }

    /** Starts it, if it does not run, with the data that it last wrote to its disk, if any, and waits until it answers. */
    public final synchronized void start() {
        if (isRunning()) {
            thaw();
            return;
        }
        frozen = false;
        launch();
        awaitAnswer();
    }

    /** Ends it as an administrator would (SIGTERM) and waits for it. */
    public final synchronized void stop() {
        if (isRunning()) {
            thaw();
            terminate();
        }
    }

    /** Ends it as a power failure would (SIGKILL), also when frozen. */
    public final synchronized void kill() {
        if (isRunning()) {
            killNow();
        }
        frozen = false;
    }

    /** It stays, with its connections, and does nothing more: the system still accepts new ones for it. */
    public final synchronized void freeze() {
        if (!frozen) {
            requireRunning();
            pause();
            frozen = true;
        }
    }

    public final synchronized void thaw() {
        if (frozen) {
            frozen = false;
            unpause();
        }
    }

    /** Orderly, on the same port, with all of its data. */
    public final synchronized void restart() {
        requireRunning();
        thaw();
        cli().command("SAVE");
        terminate();
        start();
    }

    /** On the same port, as if it had never run before: no data, and the configuration that it was created with. */
    public final synchronized void restartEmpty() {
        kill();
        wipe();
        start();
    }

    /**
     * Keeps a copy of what it has on its disk at this moment, for {@link #restartFromBackup()}. Only for servers that
     * are processes of this machine.
     */
    public abstract void backUp();

    /** On the same port, with what {@link #backUp()} kept: all that came later is undone. */
    public final synchronized void restartFromBackup() {
        kill();
        replaceByBackup();
        start();
    }

    /** Whether its process exists, frozen or not. */
    public abstract boolean isRunning();

    /** What it wrote to its log since it was created. */
    public abstract String output();

    public final String host() {
        return "127.0.0.1";
    }

    public final int port() {
        return port;
    }

    /** Whether its one port is for TLS: it was started with {@code --port 0}. */
    public final boolean isTlsOnly() {
        return tls != null;
    }

    /**
     * The port for TLS, which a server with the argument {@code --tls-cert-file} has in addition, and one with {@code
     * --port 0} has instead.
     */
    public final int tlsPort() {
        if (tlsPort == null) {
            throw new IllegalStateException("This server was started without --tls-cert-file");
        }
        return tlsPort;
    }

    /** A {@code redis://} URL, with the password when the server was started with {@code --requirepass}. */
    public final String url() {
        return url(isTlsOnly() ? "rediss" : "redis", port);
    }

    public final String tlsUrl() {
        return url("rediss", tlsPort());
    }

    final String url(String scheme, int port) {
        return scheme + "://" + userInfo(password()) + host() + ":" + port;
    }

    static String userInfo(@Nullable String password) {
        return password == null
                ? ""
                : ":" + URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20") + "@";
    }

    /** The password it was started with, if any. */
    public final @Nullable String password() {
        return argument("--requirepass");
    }

    /** Always the same one, logged in with the password that the server was started with. */
    public final synchronized RedisCli cli() {
        if (cli == null) {
            String password = password();
            RedisCli plain = RedisCli.to(host(), port).withTls(tls);
            cli = password == null ? plain : plain.withPassword(password);
        }
        return cli;
    }

    /** Ends the server in whatever state it is, and removes all that it left. It cannot be started again. */
    @Override
    public final synchronized void close() {
        if (cli != null) {
            cli.close();
        }
        remove();
        frozen = false;
    }

    abstract void launch();

    abstract void terminate();

    abstract void killNow();

    abstract void pause();

    abstract void unpause();

    abstract void wipe();

    abstract void replaceByBackup();

    abstract void remove();

    final List<String> args() {
        return args;
    }

    final @Nullable Integer optionalTlsPort() {
        return tlsPort;
    }

    /** The line that it answers to PING, errors included; null when there is none. Needs no password. */
    final @Nullable String ping(Duration timeout) {
        return RedisCli.ping(host(), port, timeout, tls);
    }

    private @Nullable String argument(String name) {
        int index = args.lastIndexOf(name);
        return index < 0 ? null : args.get(index + 1);
    }

    private void requireRunning() {
        if (!isRunning()) {
            throw new IllegalStateException("The Redis server on port " + port + " does not run. " + output());
        }
    }

    private void awaitAnswer() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < START_TIMEOUT.toNanos()
                && !Thread.currentThread().isInterrupted()) {
            String answer = ping(Duration.ofMillis(500));
            if (!isRunning()) {
                break;
            }
            if (answer != null && !answer.startsWith("LOADING")) {
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        String message = "The Redis server on port " + port + " with " + args + " "
                + (isRunning() ? "does not answer" : "ended at start") + "; it wrote:\n" + output();
        kill();
        throw new IllegalStateException(message);
    }
}
