// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.report.Latencies;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How long a session that another process has deleted still gets into an application. One session after the other is used,
 * deleted in Redis by this process, and used again and again until it is refused.
 */
final class Propagation {

    private static final int UNAUTHORIZED = 401;

    /** The first one asks the store, the others find what is kept. */
    private static final int USES_BEFORE = 3;

    private static final long PAUSE_MILLIS = 5;

    private final Latencies untilRefused = new Latencies();

    private int acceptedAfterReply;

    private long latestAcceptedNanos;

    static Propagation measure(Subject subject, List<byte[]> requests, List<String> sessionIds) {
        Propagation propagation = new Propagation();
        RedisCommands<String, String> redis = subject.redis().commands();
        try (HttpConnection connection = new HttpConnection(subject.port())) {
            for (int i = 0; i < requests.size(); i++) {
                for (int use = 0; use < USES_BEFORE; use++) {
                    if (connection.exchange(requests.get(i)) != 200) {
                        throw new IllegalStateException("A live session was refused");
                    }
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                long sent = System.nanoTime();
                if (redis.del("session:" + sessionIds.get(i)) != 1) {
                    throw new IllegalStateException("There was no such session");
                }
                propagation.awaitRefusal(connection, requests.get(i), sent);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while measuring", e);
        }
        return propagation;
    }

    private void awaitRefusal(HttpConnection connection, byte[] request, long deletionSent) throws IOException {
        long deletionAnswered = System.nanoTime();
        long sent = deletionAnswered;
        while (connection.exchange(request) != UNAUTHORIZED) {
            acceptedAfterReply++;
            latestAcceptedNanos = Math.max(latestAcceptedNanos, sent - deletionAnswered);
            sent = System.nanoTime();
        }
        untilRefused.add(System.nanoTime() - deletionSent);
    }

    static String head() {
        return "| variant | machine | p50, ms | p99, ms | maximum, ms | requests accepted after the reply to DEL |"
                + " the last of them was sent, ms after it |\n|---|---|--:|--:|--:|--:|--:|\n";
    }

    String row(Variant variant, String machine) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.2f | %.2f | %.2f | %d | %.2f |%n",
                variant.title(),
                machine,
                untilRefused.percentile(0.5) / 1e3,
                untilRefused.percentile(0.99) / 1e3,
                untilRefused.percentile(1) / 1e3,
                acceptedAfterReply,
                latestAcceptedNanos / 1e6);
    }
}
