// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.benchmarks.server.RedisFigures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that were begun, three for each user, and what that cost the server.
 *
 * @param headerLines what identifies each of them
 * @param cost Redis's work and memory for all of them, or {@code null} without Redis
 */
record Logins(List<String> headerLines, @Nullable RedisFigures cost) {

    private static final int SESSIONS_PER_USER = 3;

    /** Connections, scripts and buffers are there before the server's memory is looked at. */
    private static final int WARM_UP = 100;

    static Logins perform(int port, int count, @Nullable RedisClientConnection redis) {
        try (HttpConnection connection = new HttpConnection(port)) {
            for (int i = 0; i < WARM_UP; i++) {
                login(connection, "early-user-" + i);
            }
            RedisFigures before = redis == null ? null : redis.figures();
            List<String> headerLines = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                headerLines.add(login(connection, "user-" + i / SESSIONS_PER_USER));
            }
            return new Logins(
                    headerLines,
                    redis == null || before == null ? null : redis.figures().since(before));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One login, and one request with its token. */
    static void first(int port) {
        try (HttpConnection connection = new HttpConnection(port)) {
            String headerLine = login(connection, "first-user");
            int status = connection.exchange(HttpConnection.request("GET", "/hello", headerLine));
            if (status != 200) {
                throw new IllegalStateException("A request was answered with " + status + ": " + connection.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String login(HttpConnection connection, String user) throws IOException {
        int status = connection.exchange(HttpConnection.request("POST", "/login?user=" + user, "Accept: text/plain"));
        if (status != 200) {
            throw new IllegalStateException("A login was answered with " + status + ": " + connection.body());
        }
        return connection.body();
    }

    double commandsPerLogin() {
        return cost == null ? Double.NaN : (double) cost.commands() / headerLines.size();
    }

    double bytesPerSession() {
        return cost == null ? Double.NaN : (double) cost.memoryBytes() / headerLines.size();
    }
}
