// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.report.Latencies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Requests on some connections for some time, each connection sending its next request when it has the answer to the last
 * one. Every response must be 200.
 *
 * @param latencies of all requests
 * @param seconds how long it went on
 */
record Load(Latencies latencies, double seconds) {

    static Load run(int port, List<byte[]> requests, int connections, Duration duration) {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            long begun = System.nanoTime();
            long deadline = begun + duration.toNanos();
            List<Callable<Latencies>> clients = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int first = i * requests.size() / connections;
                clients.add(() -> client(port, requests, first, deadline));
            }
            Latencies all = new Latencies();
            for (Future<Latencies> client : threads.invokeAll(clients)) {
                all.addAll(client.get());
            }
            return new Load(all, (System.nanoTime() - begun) / 1e9);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while under load", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A request failed", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Latencies client(int port, List<byte[]> requests, int first, long deadline) {
        Latencies latencies = new Latencies();
        try (HttpConnection connection = new HttpConnection(port)) {
            int next = first;
            long sent = System.nanoTime();
            while (sent < deadline) {
                int status = connection.exchange(requests.get(next));
                long answered = System.nanoTime();
                if (status != 200) {
                    throw new IllegalStateException("Answered with " + status);
                }
                latencies.add(answered - sent);
                sent = answered;
                next = next + 1 == requests.size() ? 0 : next + 1;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return latencies;
    }

    double perSecond() {
        return latencies.count() / seconds;
    }
}
