// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.spi.SessionStore.StoreDescription;
import dev.sessiontracking.spi.StoreListener;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The connections for commands, and the masters behind them. Thread-safe. */
public final class RedisLink implements AutoCloseable {

    /** How long requests wait for the first attempt to connect, before the server is asked whether it answers at all. */
    private static final Duration LONGEST_ATTEMPT = Duration.ofMillis(1_500);

    /** How long they wait while the server answers and only this node is slow. */
    private static final Duration LONGEST_START = Duration.ofSeconds(10);

    /** Maximum time in which an operation on many keys sends commands. */
    private static final Duration BULK_TIME = Duration.ofSeconds(10);

    private final RedisConnector connector;

    private final ScheduledThreadPoolExecutor background;

    private final Outages outages;

    private final BulkQueue bulk = new BulkQueue();

    private final MissingPermissions rights = new MissingPermissions();

    private final String heartbeatKey;

    /** Made when it is first needed, because this loads classes of the client. */
    private volatile @Nullable Shards shards;

    private final AtomicBoolean begun = new AtomicBoolean();

    private final CompletableFuture<Boolean> attempted = new CompletableFuture<>();

    /** The required change of the configuration, or {@code null}. */
    private volatile @Nullable String misconfiguration;

    /** @param heartbeatKey an unused key; heartbeats read it */
    public RedisLink(RedisConnector connector, String heartbeatKey) {
        this.connector = connector;
        this.background = BackgroundThread.named("session-tracking-heartbeat");
        this.outages = new Outages(background, System::nanoTime);
        this.heartbeatKey = heartbeatKey;
    }

    /** Starts to connect in the background, once. A request does this too. */
    public void connect() {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        connector.start(() -> {
            long began = System.nanoTime();
            later(LONGEST_ATTEMPT, () -> notAnswered(began));
            shards().connect(this::attemptFailed, () -> attempted.complete(true));
            followReconnects();
        });
    }

    /** Runs a task when the first attempt has ended. What it connects does not delay the first requests. */
    public void afterFirstAttempt(Runnable task) {
        attempted.thenRun(task);
    }

    /** At first, a timeout does not count, because a busy node that loads the client is as silent as the server. */
    private void attemptFailed(Throwable failure) {
        noteMisconfiguration(failure);
        if (attempted.isDone() || misconfiguration != null || !RedisFailures.isSilence(failure)) {
            unconnected(RedisFailures.inWords(failure));
        }
    }

    private void notAnswered(long began) {
        if (attempted.isDone()) {
            return;
        }
        if (System.nanoTime() - began < LONGEST_START.toNanos() && connector.answersProbe()) {
            later(RedisConnector.LONGEST_PROBE, () -> notAnswered(began));
        } else {
            unconnected("no answer yet");
        }
    }

    private void unconnected(String because) {
        shards().unconnected().disconnected("no connection to " + connector.url() + ": " + because);
        firstAttemptFailed();
    }

    /** After the listeners have heard of it, on the same thread. */
    private void firstAttemptFailed() {
        background.execute(() -> attempted.complete(false));
    }

    /** Runs a task when the first attempt to connect has succeeded. Commands sent earlier would look like an outage. */
    public void whenConnectedAtFirst(Runnable task) {
        attempted.thenAccept(connected -> {
            if (connected) {
                task.run();
            }
        });
    }

    /** Waits until the first attempt has ended, or the server has not answered for two seconds. */
    public void awaitFirstAttempt() {
        connect();
        try {
            attempted.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void followReconnects() {
        connector.onFailedReconnect(this::noteMisconfiguration);
        outages.listen(new StoreListener() {
            @Override
            public void available() {
                misconfiguration = null;
            }
        });
    }

    /** Remains until the server answers again. A timeout in between does not mean that a password was corrected. */
    private void noteMisconfiguration(Throwable failure) {
        String found = Misconfiguration.of(failure);
        if (found != null) {
            misconfiguration = found;
        }
    }

    /** Creates a request for single keys. */
    public <T> CompletionStage<T> request(Function<RedisRequest, CompletionStage<T>> request) {
        return afterFirstAttempt(() -> make(new RedisRequest(shards(), null), request));
    }

    /**
     * Runs a request for many keys when it is the user's turn, on a separate connection and with its own timeout. A
     * failure does not count as an outage.
     *
     * @param user the owner of the keys, or empty
     */
    public <T> CompletionStage<T> bulkRequest(String user, Function<RedisRequest, CompletionStage<T>> request) {
        return afterFirstAttempt(() -> bulk.run(user, () -> make(new RedisRequest(shards(), BULK_TIME), request)));
    }

    /** So an available server is used from the first request on. */
    private <T> CompletionStage<T> afterFirstAttempt(Supplier<CompletionStage<T>> request) {
        if (attempted.isDone()) {
            return request.get();
        }
        connect();
        return attempted.thenCompose(connected -> request.get());
    }

    private static <T> CompletionStage<T> make(
            RedisRequest commands, Function<RedisRequest, CompletionStage<T>> request) {
        try {
            return request.apply(commands);
        } catch (RuntimeException unexpected) {
            return CompletableFuture.failedFuture(unexpected);
        }
    }

    /** Runs a task that does not block, in the background. */
    public void later(Duration delay, Runnable task) {
        try {
            background.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // The application stops.
        }
    }

    public RedisConnector connector() {
        return connector;
    }

    public Shards shards() {
        Shards made = shards;
        if (made == null) {
            synchronized (this) {
                made = shards;
                if (made == null) {
                    made = Shards.of(connector, heartbeatKey, this::refused, outages);
                    shards = made;
                }
            }
        }
        return made;
    }

    private void refused(Throwable failure) {
        noteMisconfiguration(failure);
        rights.refused(failure);
        if (RedisFailures.isReadOnly(failure)) {
            // This server is no master. A new connection finds the current master.
            connector.reconnect();
        }
    }

    /** Whether requests are sent to all servers. */
    public boolean isOpenForRequests() {
        return !outages.isOngoing();
    }

    /** The known state of the servers. Sends no command, but waits for the first attempt to connect. */
    public StoreDescription describe() {
        // The first attempt has ended when the listeners know its result.
        if (!outages.isNotifying()) {
            awaitFirstAttempt();
        }
        ServerInfo server = shards().inspection().last();
        List<String> parts = outages.parts();
        Map<String, String> details = new LinkedHashMap<>();
        details.put("topology", connector.url().topology().word());
        if (server.version() != null) {
            details.put("version", server.version());
        }
        if (server.evictionPolicy() != null) {
            details.put("evictionPolicy", server.evictionPolicy());
        }
        return new StoreDescription(
                "Redis",
                connector.url().toString(),
                details,
                isOpenForRequests() ? null : misconfiguration,
                parts.size() < shards().count() ? parts : List.of());
    }

    /** Why keys may be lost that have not expired, or {@code null}. Does not wait. */
    public @Nullable String whyItMayForget() {
        return shards().inspection().whyItMayForget();
    }

    public void listen(StoreListener listener) {
        outages.listen(listener);
    }

    @Override
    public void close() {
        attempted.complete(false);
        background.shutdownNow();
        connector.close();
    }
}
