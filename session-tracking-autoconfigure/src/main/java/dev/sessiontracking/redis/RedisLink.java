package dev.sessiontracking.redis;

import dev.sessiontracking.core.StoreDescription;
import dev.sessiontracking.core.StoreListener;
import dev.sessiontracking.core.TrackedReader;
import io.lettuce.core.event.connection.ReconnectFailedEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The connection for commands, and the masters that it reaches. Thread-safe. */
final class RedisLink implements AutoCloseable {

    /** What a small machine may need to load the client's classes, before an attempt even begins. */
    private static final long COLD_START_MILLIS = 5_000;

    /** The longest that an operation on many keys goes on sending commands. */
    private static final Duration BULK_TIME = Duration.ofSeconds(10);

    private final RedisConnector connector;

    private final ScheduledThreadPoolExecutor background;

    private final Outages outages;

    private final BulkQueue bulk = new BulkQueue();

    private final MissingRights rights = new MissingRights();

    private final Shards shards;

    /** What to do about a user or password that was not accepted, or {@code null}. */
    private volatile @Nullable String loginRefused;

    /** @param heartbeatKey a key that nobody uses; it is read to find out whether a server answers */
    RedisLink(RedisConnector connector, String heartbeatKey) {
        this.connector = connector;
        this.background = BackgroundThread.named("session-tracking-heartbeat");
        this.outages = new Outages(background);
        this.shards = connector.url().topology() == Topology.CLUSTER
                ? new ClusterShards(connector, heartbeatKey, this::refused, outages)
                : new SingleShard(connector, heartbeatKey, this::refused, outages);
    }

    /**
     * Waits for the first attempt, so that a server that is there is used from the first request on, and for a second one
     * when the first was too slow; not longer.
     */
    void start() {
        followRefusedLogins();
        CompletableFuture<Boolean> attempted = new CompletableFuture<>();
        shards.connect(failure -> {
            if (failure != null) {
                noteRefusedLogin(failure);
            }
            attempted.complete(failure == null);
        });
        try {
            attempted.get(2 * connector.patienceMillis() + COLD_START_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException stillConnecting) {
            shards.of("").disconnected("no connection to " + connector.url() + ": no answer yet");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lettuce makes lost connections again by itself; that a password was changed meanwhile is told to nobody else. */
    private void followRefusedLogins() {
        connector
                .events()
                .get()
                .ofType(ReconnectFailedEvent.class)
                .subscribe(failed -> noteRefusedLogin(failed.getCause()));
        outages.listen(new StoreListener() {
            @Override
            public void unavailable(String reason) {
                // Why is known by then, or will be with the next attempt.
            }

            @Override
            public void available() {
                loginRefused = null;
            }
        });
    }

    /** Stands until the server answers again: a time-out in between does not make a password right. */
    private void noteRefusedLogin(Throwable failure) {
        String refused = RedisFailures.loginRefused(failure);
        if (refused != null) {
            loginRefused = refused;
        }
    }

    /** Makes a request about single keys. */
    <T> CompletionStage<T> request(Function<RedisRequest, CompletionStage<T>> request) {
        return make(new RedisRequest(shards, null), request);
    }

    /**
     * Makes a request about many keys: when it is its user's turn, on a connection of its own, and in its own time. That
     * it fails is not taken for an outage.
     *
     * @param user whose keys they are, or empty
     */
    <T> CompletionStage<T> bulkRequest(String user, Function<RedisRequest, CompletionStage<T>> request) {
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

    /**
     * Begins to read sessions in a way that the servers keep track of.
     *
     * @param ordinary asks in the ordinary way whether there is such a session
     */
    TrackedReader track(
            RedisKeys keys, NearCacheProperties properties, Function<String, CompletionStage<Boolean>> ordinary) {
        return shards.track(keys, properties, ordinary);
    }

    private void refused(Throwable failure) {
        noteRefusedLogin(failure);
        rights.refused(failure);
        if (RedisFailures.isReadOnly(failure)) {
            // This was a master once, or never: whoever is it now is found by connecting anew.
            connector.reconnect();
        }
    }

    /** Whether requests are sent to all servers. */
    boolean isOpenForRequests() {
        return !outages.isOngoing();
    }

    /** What is known of the servers, without asking them. */
    StoreDescription describe() {
        ServerInfo server = shards.lastInspected();
        List<String> parts = outages.parts();
        return new StoreDescription(
                connector.url().topology().word(),
                connector.url().toString(),
                server.version(),
                server.evictionPolicy(),
                isOpenForRequests() ? null : loginRefused,
                parts.size() < shards.count() ? parts : List.of());
    }

    void listen(StoreListener listener) {
        outages.listen(listener);
    }

    @Override
    public void close() {
        background.shutdownNow();
    }
}
