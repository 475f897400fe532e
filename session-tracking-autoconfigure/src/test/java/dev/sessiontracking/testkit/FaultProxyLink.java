// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import dev.sessiontracking.testkit.FaultProxy.Direction;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One client's connection through a {@link FaultProxy}: in each direction a thread that reads and one that writes. */
final class FaultProxyLink {

    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int MOST_CHUNKS = 64;
    private static final int MOST_REMEMBERED = 4 * 1024;
    private static final long RECONNECT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Bytes and the moment from which they may be delivered; without bytes, the end of the connection. */
    private record Chunk(byte[] bytes, long dueNanos) {}

    private final FaultProxy proxy;
    private final Socket client;
    private volatile @Nullable Socket server;
    private volatile boolean ended;
    private volatile boolean answered = true;

    private final BlockingQueue<Chunk> toServer = new ArrayBlockingQueue<>(MOST_CHUNKS);
    private final BlockingQueue<Chunk> toClient = new ArrayBlockingQueue<>(MOST_CHUNKS);
    private final ReentrantLock writingToServer = new ReentrantLock();
    private final RespFrames commands = new RespFrames();
    private final RespFrames replies = new RespFrames();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private final StringBuffer beginning = new StringBuffer();
    private volatile Set<Direction> forgotten = Set.of();

    FaultProxyLink(FaultProxy proxy, Socket client) {
        this.proxy = proxy;
        this.client = client;
    }

    void start() {
        startThread("read-client", () -> {
            client.setTcpNoDelay(true);
            Socket upstream = proxy.connectUpstream();
            InputStream in = upstream.getInputStream();
            useServer(upstream);
            startThread("write-server", this::writeToServer);
            startThread("write-client", this::writeToClient);
            startThread("read-server", () -> read(upstream, in, Direction.TO_CLIENT, toClient));
            read(client, client.getInputStream(), Direction.TO_SERVER, toServer);
        });
    }

    void reset() {
        lingerNot(client);
        lingerNot(server);
        end();
    }

    /** What the client has sent at first. */
    String beginning() {
        return beginning.toString();
    }

    void forget(Set<Direction> directions) {
        forgotten = directions;
    }

    boolean reconnectUpstream(String... greeting) {
        long deadline = System.nanoTime() + RECONNECT_NANOS;
        try {
            while (!ended
                    && System.nanoTime() < deadline
                    && writingToServer.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                try {
                    // While the lock is held no command follows; one of which a part is missing must get its rest
                    // first.
                    while (commands.atBoundary() && System.nanoTime() < deadline) {
                        if (replies.complete() >= commands.complete()) {
                            return server != null && replaceServer(greeting);
                        }
                        LockSupport.parkNanos(POLL_NANOS);
                    }
                } finally {
                    writingToServer.unlock();
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException e) {
            end();
            return false;
        }
    }

    private boolean replaceServer(String... greeting) throws IOException {
        Socket old = server;
        Socket fresh = proxy.connectUpstream();
        InputStream in = new BufferedInputStream(fresh.getInputStream());
        fresh.setSoTimeout(1_000);
        for (String command : greeting) {
            fresh.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            if (Resp.read(in) instanceof RedisErrorException error) {
                fresh.close();
                throw error;
            }
        }
        fresh.setSoTimeout(0);
        useServer(fresh);
        closeQuietly(old);
        startThread("read-server", () -> read(fresh, in, Direction.TO_CLIENT, toClient));
        return true;
    }

    private void useServer(Socket socket) {
        server = socket;
        if (ended) {
            closeQuietly(socket);
        }
    }

    private void read(Socket from, InputStream in, Direction direction, BlockingQueue<Chunk> queue)
            throws InterruptedException {
        try {
            byte[] buffer = new byte[CHUNK_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                byte[] bytes = Arrays.copyOf(buffer, count);
                if (direction == Direction.TO_SERVER) {
                    String text = new String(bytes, StandardCharsets.ISO_8859_1);
                    if (beginning.length() < MOST_REMEMBERED) {
                        beginning.append(text);
                    }
                    proxy.sends(text);
                    proxy.arrived(direction, count, answered);
                    answered = false;
                } else {
                    proxy.arrived(direction, count, false);
                    replies.feed(bytes);
                }
                queue.put(new Chunk(bytes, System.nanoTime() + proxy.delayNanos(direction)));
            }
        } catch (IOException e) {
            // Like an orderly end: it is passed on behind what came before it.
        }
        if (from == client || from == server) {
            queue.put(new Chunk(new byte[0], System.nanoTime() + proxy.delayNanos(direction)));
        }
    }

    private void writeToServer() throws IOException, InterruptedException {
        for (Chunk chunk = next(toServer, Direction.TO_SERVER);
                chunk.bytes().length > 0;
                chunk = next(toServer, Direction.TO_SERVER)) {
            writingToServer.lockInterruptibly();
            try {
                Socket current = server;
                if (current == null) {
                    return;
                }
                commands.feed(chunk.bytes());
                current.getOutputStream().write(chunk.bytes());
            } finally {
                writingToServer.unlock();
            }
        }
        end();
    }

    private void writeToClient() throws IOException, InterruptedException {
        for (Chunk chunk = next(toClient, Direction.TO_CLIENT);
                chunk.bytes().length > 0;
                chunk = next(toClient, Direction.TO_CLIENT)) {
            answered = true;
            client.getOutputStream().write(chunk.bytes());
        }
        end();
    }

    private Chunk next(BlockingQueue<Chunk> queue, Direction direction) throws InterruptedException {
        Chunk chunk = queue.take();
        TimeUnit.NANOSECONDS.sleep(chunk.dueNanos() - System.nanoTime());
        proxy.awaitPassable(direction);
        return forgotten.contains(direction) && chunk.bytes().length > 0 ? next(queue, direction) : chunk;
    }

    private void end() {
        ended = true;
        proxy.ended(this);
        closeQuietly(client);
        closeQuietly(server);
        threads.forEach(Thread::interrupt);
    }

    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    private void startThread(String name, Task task) {
        FaultProxy.startThread(name, () -> {
            threads.add(Thread.currentThread());
            try {
                if (!ended) {
                    task.run();
                }
            } catch (IOException | InterruptedException e) {
                end();
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
    }

    private static void lingerNot(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.setSoLinger(true, 0);
            }
        } catch (SocketException ignored) {
            // Closed already.
        }
    }

    private static void closeQuietly(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException ignored) {
            // It is gone either way.
        }
    }
}
