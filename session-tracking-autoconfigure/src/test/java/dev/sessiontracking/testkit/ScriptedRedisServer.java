// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What looks like a Redis server that knows a handful of commands, and says exactly what a test wants it to say, byte
 * for byte: in an order, or with a failure, that a real one shows too seldom. Thread-safe.
 */
public final class ScriptedRedisServer implements AutoCloseable {

    /** Says something else than the server would by itself; null leaves it to the server. */
    @FunctionalInterface
    public interface Script {
        /** @return what is written, each piece by itself; an empty list for silence */
        @Nullable
        List<String> answer(Client client, List<String> command);
    }

    private final ServerSocket listener;
    private final Map<String, String> values = new ConcurrentHashMap<>();
    private final Set<Client> clients = ConcurrentHashMap.newKeySet();
    private final List<List<String>> received = new CopyOnWriteArrayList<>();
    private volatile Script script = (client, command) -> null;
    private volatile boolean pushing = true;

    public ScriptedRedisServer() {
        try {
            listener = new ServerSocket(Ports.free(), 50, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        FaultProxy.startThread("scripted-accept", this::accept);
    }

    public String url() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    public void script(Script script) {
        this.script = script;
    }

    /** Agrees to push, and never does. */
    public void pushNothing() {
        pushing = false;
    }

    public void put(String key, String value) {
        values.put(key, value);
    }

    /** Ends all connections. */
    public void disconnect() {
        clients.forEach(Client::close);
    }

    /** How often a command came, with these words at its beginning. */
    public long count(String... words) {
        return received.stream()
                .filter(command -> command.size() >= words.length
                        && command.subList(0, words.length).equals(List.of(words)))
                .count();
    }

    public long count() {
        return received.size();
    }

    /** The reply that is this text, or nil. */
    public static String bulk(@Nullable String text) {
        return text == null ? "_\r\n" : "$" + text.getBytes(StandardCharsets.UTF_8).length + "\r\n" + text + "\r\n";
    }

    /** The push that takes a key back; all keys when there is none. */
    public static String invalidation(@Nullable String key) {
        return ">2\r\n" + bulk("invalidate") + (key == null ? "_\r\n" : "*1\r\n" + bulk(key));
    }

    @Override
    public void close() {
        closeQuietly(listener);
        disconnect();
    }

    private void accept() {
        try {
            while (true) {
                Client client = new Client(listener.accept());
                clients.add(client);
                FaultProxy.startThread("scripted-client", client::serve);
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception ignored) {
            // It is gone either way.
        }
    }

    /** One connection of a client. */
    public final class Client {
        private final Socket socket;
        private final Set<String> read = ConcurrentHashMap.newKeySet();
        private volatile boolean tracking;

        private Client(Socket socket) {
            this.socket = socket;
        }

        /** Writes each piece by itself, so that they travel and arrive apart. */
        public synchronized void send(List<String> pieces) {
            try {
                for (String piece : pieces) {
                    socket.getOutputStream().write(piece.getBytes(StandardCharsets.UTF_8));
                    socket.getOutputStream().flush();
                    if (pieces.size() > 1) {
                        // Not to be safe: pieces without a pause would arrive as one.
                        Thread.sleep(5);
                    }
                }
            } catch (IOException gone) {
                close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        public void close() {
            clients.remove(this);
            closeQuietly(socket);
        }

        private void serve() {
            try {
                socket.setTcpNoDelay(true);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                while (true) {
                    List<String> command = ((List<?>) Objects.requireNonNull(Resp.read(in)))
                            .stream().map(String::valueOf).toList();
                    received.add(command);
                    List<String> answer = script.answer(this, command);
                    send(answer == null ? List.of(answer(command)) : answer);
                }
            } catch (IOException | RuntimeException gone) {
                close();
            }
        }

        private String answer(List<String> command) {
            String key = command.size() > 1 ? command.get(1) : "";
            return switch (command.get(0)) {
                case "HELLO" -> "%1\r\n+proto\r\n:3\r\n";
                case "PING" -> "+PONG\r\n";
                case "CLIENT" -> {
                    tracking |= key.equals("TRACKING");
                    yield "+OK\r\n";
                }
                case "GET" -> {
                    read.add(key);
                    yield bulk(values.get(key));
                }
                case "STRLEN" -> ":" + values.getOrDefault(key, "").length() + "\r\n";
                case "SET" -> {
                    values.put(key, command.get(2));
                    yield "+OK\r\n" + pushes(key);
                }
                case "DEL" -> (values.remove(key) == null ? ":0\r\n" : ":1\r\n") + pushes(key);
                default -> "-ERR unknown command '" + command.get(0) + "'\r\n";
            };
        }

        /** Behind the reply for this client, as Redis does it; to the others at once. */
        private String pushes(String key) {
            for (Client other : new ArrayList<>(clients)) {
                if (other != this && other.takes(key)) {
                    other.send(List.of(invalidation(key)));
                }
            }
            return takes(key) ? invalidation(key) : "";
        }

        private boolean takes(String key) {
            return pushing && tracking && read.remove(key);
        }
    }
}
