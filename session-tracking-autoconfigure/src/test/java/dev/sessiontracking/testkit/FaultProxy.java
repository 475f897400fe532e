// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A network between a client and a Redis server, on loopback, that a test can break. The client connects to
 * {@link #url()}. All faults hold for connections that are there and for those to come. Thread-safe.
 *
 * <p>What is dropped is held back and arrives when the network is healed, as TCP sends again what was lost: no byte is
 * ever missing in the middle of a connection that lives on. Other than on a real network, a new connection is accepted
 * while packets are dropped; it just never hears anything.
 */
public final class FaultProxy implements AutoCloseable {

    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    private static final int MOST_CONNECTIONS = 256;

    private final InetSocketAddress target;
    private final int port = Ports.free();
    private final String url;

    private final Set<FaultProxyLink> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Map<Direction, AtomicLong> bytes =
            Map.of(Direction.TO_SERVER, new AtomicLong(), Direction.TO_CLIENT, new AtomicLong());
    private final AtomicLong roundTrips = new AtomicLong();

    private final Set<Direction> dropped = EnumSet.noneOf(Direction.class);
    private final Map<Direction, Long> delayNanos = new EnumMap<>(Direction.class);
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;
    private @Nullable String unanswered;
    private volatile boolean closed;

    private FaultProxy(String targetHost, int targetPort, @Nullable RedisServer server) {
        this.target = new InetSocketAddress(targetHost, targetPort);
        this.url = server == null ? "redis://" + host() + ":" + port : server.url("redis", port);
        accept();
    }

    public static FaultProxy inFrontOf(RedisServer server) {
        return new FaultProxy(server.host(), server.port(), server);
    }

    public static FaultProxy inFrontOf(String host, int port) {
        return new FaultProxy(host, port, null);
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** The server's URL with this proxy's port. */
    public String url() {
        return url;
    }

    /** Lets nothing through any more, silently, in these directions, or in both when none is given. */
    public synchronized void drop(Direction... directions) {
        dropped.addAll(directions.length == 0 ? EnumSet.allOf(Direction.class) : List.of(directions));
    }

    /**
     * Forgets connections that are there, as a firewall does after a while: what comes in these directions, or in both,
     * vanishes. New connections are not affected.
     *
     * @param which is asked with what the client has sent at first
     * @return how many were forgotten
     */
    public int forget(Predicate<String> which, Direction... directions) {
        Set<Direction> all =
                directions.length == 0 ? EnumSet.allOf(Direction.class) : EnumSet.copyOf(List.of(directions));
        return (int) links.stream()
                .filter(link -> which.test(link.beginning()))
                .peek(link -> link.forget(all))
                .count();
    }

    /** Holds every byte back for that long, in these directions, or in both when none is given. */
    public synchronized void delay(Duration delay, Direction... directions) {
        for (Direction direction : directions.length == 0 ? Direction.values() : directions) {
            delayNanos.put(direction, delay.toNanos());
        }
    }

    /** Refuses new connections, as a machine without the server would; those that are there stay. */
    public synchronized void refuse() {
        if (listener != null) {
            closeQuietly(listener);
            listener = null;
            awaitEnd(acceptor);
        }
    }

    /** Accepts new connections again. */
    public synchronized void accept() {
        if (listener != null || closed) {
            return;
        }
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host()), port));
            listener = socket;
            acceptor = startThread("accept", () -> acceptConnections(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends all connections with a reset, on both sides. */
    public void cut() {
        links.forEach(FaultProxyLink::reset);
    }

    /** Nothing dropped, delayed or refused any more. What was held back is delivered. */
    public synchronized void heal() {
        dropped.clear();
        delayNanos.clear();
        accept();
        notifyAll();
    }

    /**
     * Replaces the connections to the server by new ones, of which the clients learn nothing: what a proxy in the middle
     * does, and how invalidation gets lost. Each is replaced between two commands, when all replies have come.
     *
     * @param greeting commands that such a proxy sends by itself, for example {@code "HELLO 3"}
     * @return how many were replaced; not those whose server owed a reply for a second
     */
    public int reconnectUpstream(String... greeting) {
        return (int)
                links.stream().filter(link -> link.reconnectUpstream(greeting)).count();
    }

    /** Bytes that arrived from the one side for the other, whether delivered or not. */
    public long bytes(Direction direction) {
        return counter(direction).get();
    }

    /** Connections accepted so far. */
    public int connections() {
        return accepted.get();
    }

    public int openConnections() {
        return links.size();
    }

    /**
     * How often a client sent something after it had been answered (or at first): commands sent together are one round
     * trip. Exact only with a {@link #delay} that is longer than the client takes to send its commands.
     */
    public long roundTrips() {
        return roundTrips.get();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            refuse();
            notifyAll();
        }
        cut();
    }

    /** Waits while this direction is dropped. */
    synchronized void awaitPassable(Direction direction) throws InterruptedException {
        while (dropped.contains(direction) && !closed) {
            wait();
        }
        if (closed) {
            throw new InterruptedException("What was held back is not delivered by closing");
        }
    }

    synchronized long delayNanos(Direction direction) {
        return delayNanos.getOrDefault(direction, 0L);
    }

    /** From when on a client sends this text, nothing is delivered to any client: the reply to it is lost. */
    public synchronized void loseReplyTo(String text) {
        unanswered = text;
    }

    synchronized void sends(String text) {
        if (unanswered != null && text.contains(unanswered)) {
            unanswered = null;
            drop(Direction.TO_CLIENT);
        }
    }

    void arrived(Direction direction, int count, boolean newRoundTrip) {
        counter(direction).addAndGet(count);
        if (newRoundTrip) {
            roundTrips.incrementAndGet();
        }
    }

    void ended(FaultProxyLink link) {
        links.remove(link);
    }

    Socket connectUpstream() throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(target, 1_000);
            return socket;
        } catch (IOException e) {
            closeQuietly(socket);
            throw e;
        }
    }

    static Thread startThread(String name, Runnable task) {
        Thread thread = new Thread(task, "fault-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void acceptConnections(ServerSocket socket) {
        try {
            while (true) {
                Socket client = socket.accept();
                accepted.incrementAndGet();
                FaultProxyLink link = new FaultProxyLink(this, client);
                links.add(link);
                if (links.size() > MOST_CONNECTIONS || closed) {
                    link.reset();
                } else {
                    link.start();
                }
            }
        } catch (IOException e) {
            // The listener was closed.
        }
    }

    /** The system accepts connections until the thread that waits for them has noticed the end. */
    private static void awaitEnd(@Nullable Thread thread) {
        try {
            if (thread != null) {
                thread.join(1_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private AtomicLong counter(Direction direction) {
        AtomicLong counter = bytes.get(direction);
        return counter == null ? new AtomicLong() : counter;
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception ignored) {
            // It is gone either way.
        }
    }
}
