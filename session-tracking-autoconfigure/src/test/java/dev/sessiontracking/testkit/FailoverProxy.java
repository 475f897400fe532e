// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One address whose server changes, as that of a managed service. A server may have another time than the others: this
 * proxy shifts the time in the scripts that clients send, because no executable of a server lets tests shift its clock.
 * The lifetimes of keys are those of the real clock. Thread-safe.
 */
public final class FailoverProxy implements AutoCloseable {

    private static final String TIME = "redis.call('TIME')";

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger shifted = new AtomicInteger();
    private volatile Target target;

    private record Target(RedisServer server, Duration ahead) {}

    public FailoverProxy(RedisServer server) {
        this.target = new Target(server, Duration.ZERO);
        try {
            listener = new ServerSocket(Ports.free(), 50, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        FaultProxy.startThread("failover-accept", this::accept);
    }

    public String url() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    /**
     * Ends all connections; new ones are to another server.
     *
     * @param ahead how far the clock of that server is ahead of this machine's; negative if it is behind
     */
    public void failOver(RedisServer server, Duration ahead) {
        target = new Target(server, ahead);
        disconnect();
    }

    /** How many scripts were sent with a shifted time. */
    public int shiftedScripts() {
        return shifted.get();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        disconnect();
    }

    private void disconnect() {
        sockets.forEach(FailoverProxy::close);
        sockets.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Target current = target;
                Socket server =
                        new Socket(current.server().host(), current.server().port());
                sockets.addAll(List.of(client, server));
                if (current != target) {
                    disconnect();
                }
                FaultProxy.startThread("failover-commands", () -> copy(client, server, current.ahead()));
                FaultProxy.startThread("failover-replies", () -> copy(server, client, null));
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    /** @param ahead shifts the time of scripts; {@code null} copies replies as they are */
    private void copy(Socket from, Socket to, @Nullable Duration ahead) {
        try (from;
                to) {
            InputStream in = new BufferedInputStream(from.getInputStream());
            OutputStream out = to.getOutputStream();
            if (ahead == null) {
                in.transferTo(out);
            }
            while (ahead != null) {
                List<byte[]> command = new ArrayList<>();
                for (int words = number(in, '*'); words > 0; words--) {
                    command.add(in.readNBytes(number(in, '$')));
                    in.skipNBytes(2);
                }
                out.write(encoded(shift(command, ahead)));
            }
        } catch (IOException ended) {
            // The other direction ends too.
        }
    }

    private List<byte[]> shift(List<byte[]> command, Duration ahead) {
        if (ahead.isZero() || !text(command.get(0)).equalsIgnoreCase("EVAL")) {
            return command;
        }
        String script = text(command.get(1));
        if (script.contains(TIME)) {
            shifted.incrementAndGet();
        }
        String other = "(function() local t = " + TIME + " return {t[1] + " + ahead.toSeconds() + ", t[2]} end)()";
        List<byte[]> changed = new ArrayList<>(command);
        changed.set(1, script.replace(TIME, other).getBytes(StandardCharsets.UTF_8));
        return changed;
    }

    private static int number(InputStream in, char kind) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new IOException("The connection has ended");
            }
            line.append((char) next);
        }
        in.skipNBytes(1);
        if (line.charAt(0) != kind) {
            throw new IOException("Not a command: " + line);
        }
        return Integer.parseInt(line.substring(1));
    }

    private static byte[] encoded(List<byte[]> command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("*" + command.size() + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (byte[] word : command) {
            out.writeBytes(("$" + word.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(word);
            out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    private static String text(byte[] word) {
        return new String(word, StandardCharsets.UTF_8);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
