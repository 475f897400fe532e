package dev.sessiontracking.redis.connection;

import dev.sessiontracking.spi.StoreDescription;
import dev.sessiontracking.spi.StoreListener;
import io.lettuce.core.event.connection.ReconnectFailedEvent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The connection for commands, and the masters that it reaches. Thread-safe. */
public final class RedisLink implements AutoCloseable {

    /** The longest that the application's start waits for the first connection. */
    private static final long LONGEST_START_MILLIS = 1_000;

    /** The longest that an operation on many keys goes on sending commands. */
    private static final Duration BULK_TIME = Duration.ofSeconds(10);

    private final RedisConnector connector;

    private final ScheduledThreadPoolExecutor background;

    private final Outages outages;

    private final BulkQueue bulk = new BulkQueue();

    private final MissingPermissions rights = new MissingPermissions();

    private final Shards shards;

    private final CompletableFuture<Boolean> attempted = new CompletableFuture<>();

    /** What somebody must change before the server can be used, or {@code null}. */
    private volatile @Nullable String misconfiguration;

    /** @param heartbeatKey a key that nobody uses; it is read to find out whether a server answers */
    public RedisLink(RedisConnector connector, String heartbeatKey) {
        this.connector = connector;
        this.background = BackgroundThread.named("session-tracking-heartbeat");
        this.outages = new Outages(background, System::nanoTime);
        this.shards = connector.url().topology() == Topology.CLUSTER
                ? new ClusterShards(connector, heartbeatKey, this::refused, outages)
                : new SingleShard(connector, heartbeatKey, this::refused, outages);
    }

    /** Begins to connect in the background. */
    public void connect() {
        followReconnects();
        shards.connect(failure -> {
            if (failure != null) {
                noteMisconfiguration(failure);
            }
            attempted.complete(failure == null);
        });
    }

    /** Runs a task when the first attempt to connect has succeeded. Commands sent earlier would look like an outage. */
    public void whenConnectedAtFirst(Runnable task) {
        attempted.thenAccept(connected -> {
            if (connected) {
                task.run();
            }
        });
    }

    /** Waits for the first attempt, so that a server that answers is used from the first request on; a second at most. */
    public void awaitFirstAttempt() {
        try {
            attempted.get(LONGEST_START_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException stillConnecting) {
            shards.of("").disconnected("no connection to " + connector.url() + ": no answer yet");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lettuce restores lost connections by itself. Only this event says that it cannot, and why. */
    private void followReconnects() {
        connector
                .events()
                .get()
                .ofType(ReconnectFailedEvent.class)
                .subscribe(failed -> noteMisconfiguration(failed.getCause()));
        outages.listen(new StoreListener() {
            @Override
            public void unavailable(String reason) {
                // Why is known by then, or will be with the next attempt.
            }

            @Override
            public void available() {
                misconfiguration = null;
            }
        });
    }

    /** Stands until the server answers again: a timeout in between does not correct a password. */
    private void noteMisconfiguration(Throwable failure) {
        String found = RedisFailures.misconfiguration(failure);
        if (found != null) {
            misconfiguration = found;
        }
    }

    /** Makes a request about single keys. */
    public <T> CompletionStage<T> request(Function<RedisRequest, CompletionStage<T>> request) {
        return make(new RedisRequest(shards, null), request);
    }

    /**
     * Makes a request about many keys: when it is its user's turn, on a connection of its own, and in its own time. That
     * it fails is not taken for an outage.
     *
     * @param user whose keys they are, or empty
     */
    public <T> CompletionStage<T> bulkRequest(String user, Function<RedisRequest, CompletionStage<T>> request) {
        return bulk.run(user, () -> make(new RedisRequest(shards, BULK_TIME), request));
    }

    private static <T> CompletionStage<T> make(
            RedisRequest commands, Function<RedisRequest, CompletionStage<T>> request) {
        try {
            return request.apply(commands);
        } catch (RuntimeException unexpected) {
            return CompletableFuture.failedFuture(unexpected);
        }
    }

    public RedisConnector connector() {
        return connector;
    }

    public Shards shards() {
        return shards;
    }

    private void refused(Throwable failure) {
        noteMisconfiguration(failure);
        rights.refused(failure);
        if (RedisFailures.isReadOnly(failure)) {
            // This was a master once, or never: whoever is it now is found by connecting anew.
            connector.reconnect();
        }
    }

    /** Whether requests are sent to all servers. */
    public boolean isOpenForRequests() {
        return !outages.isOngoing();
    }

    /** What is known of the servers, without asking them. */
    public StoreDescription describe() {
        ServerInfo server = shards.lastInspected();
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
                parts.size() < shards.count() ? parts : List.of());
    }

    public void listen(StoreListener listener) {
        outages.listen(listener);
    }

    @Override
    public void close() {
        background.shutdownNow();
    }
}
