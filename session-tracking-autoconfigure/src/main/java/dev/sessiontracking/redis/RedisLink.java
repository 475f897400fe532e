package dev.sessiontracking.redis;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.StoreDescription;
import dev.sessiontracking.core.StoreListener;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection for commands, and the breaker that spares requests a server that does not answer. Thread-safe. */
final class RedisLink implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);

    /** What a small machine may need to load the client's classes, before an attempt even begins. */
    private static final long COLD_START_MILLIS = 5_000;

    private final RedisConnector connector;

    private final String probeKey;

    private final ScheduledThreadPoolExecutor background;

    private final Breaker breaker;

    private final MissingRights rights = new MissingRights();

    private final ServerInspection inspection = new ServerInspection();

    private volatile @Nullable StatefulRedisConnection<String, String> connection;

    private volatile boolean loginRefused;

    /** @param probeKey a key that nobody uses; it is read to find out whether the server answers */
    RedisLink(RedisConnector connector, String probeKey) {
        this.connector = connector;
        this.probeKey = probeKey;
        this.background = BackgroundThread.named("session-tracking-heartbeat");
        this.breaker = new Breaker(this::heartbeat, background);
    }

    /** Waits for the first attempt, so that a server that is there is used from the first request on; not longer. */
    void start() {
        CompletableFuture<Boolean> attempted = new CompletableFuture<>();
        connector
                .connect(failure -> {
                    notConnected(failure);
                    attempted.complete(false);
                })
                .thenAccept(made -> {
                    use(made);
                    attempted.complete(true);
                });
        try {
            attempted.get(connector.patienceMillis() + COLD_START_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException stillConnecting) {
            breaker.open("no connection to " + at("no answer yet"));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void notConnected(Throwable failure) {
        loginRefused = RedisFailures.isLoginRefused(failure);
        breaker.open("no connection to " + at(RedisFailures.inWords(failure)));
    }

    private void use(StatefulRedisConnection<String, String> made) {
        made.addListener(new Changes(made));
        connection = made;
        inspection
                .inspect(made.async())
                .thenAccept(server -> log.debug(
                        "Session tracking is on: sessions are in {}, {}",
                        connector.url(),
                        server.version() == null
                                ? "whose user may not use INFO: version and eviction policy are unknown"
                                : server.version()));
    }

    private String at(String reason) {
        return connector.url() + ": " + reason;
    }

    /** @throws SessionStoreUnavailableException when nothing can be sent, or nothing is to be sent for now */
    RedisClusterAsyncCommands<String, String> commands() {
        String open = breaker.openBecause();
        if (open != null) {
            throw new SessionStoreUnavailableException("Redis gave no answer: " + open, null);
        }
        return connected();
    }

    private RedisClusterAsyncCommands<String, String> connected() {
        StatefulRedisConnection<String, String> current = connection;
        if (current == null) {
            throw new SessionStoreUnavailableException("Redis gave no answer: not connected yet", null);
        }
        return current.async();
    }

    private CompletionStage<?> heartbeat() {
        return connected().get(probeKey);
    }

    /** Takes note of how a request to the server ended. */
    void ended(@Nullable Throwable failure) {
        if (failure == null) {
            breaker.answered();
        } else {
            breaker.failed(failure);
            loginRefused = RedisFailures.isLoginRefused(failure);
            rights.refused(failure);
            if (RedisFailures.isReadOnly(failure)) {
                // This was a master once, or never: whoever is it now is found by connecting anew.
                connector.reconnect();
            }
        }
    }

    /** What is known of the server, without asking it. */
    StoreDescription describe() {
        ServerInfo server = inspection.last();
        return new StoreDescription(
                "standalone",
                connector.url().toString(),
                server.version(),
                server.evictionPolicy(),
                loginRefused && !isOpenForRequests() ? RedisFailures.LOGIN_REFUSED : null);
    }

    /** Whether requests are to be sent. */
    boolean isOpenForRequests() {
        return breaker.openBecause() == null;
    }

    void listen(StoreListener listener) {
        breaker.listen(listener);
    }

    @Override
    public void close() {
        background.shutdownNow();
    }

    /** Lettuce makes the connection again by itself; the heartbeat notices. */
    private final class Changes implements RedisConnectionStateListener {

        private final StatefulRedisConnection<String, String> changing;

        Changes(StatefulRedisConnection<String, String> changing) {
            this.changing = changing;
        }

        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
            inspection.inspect(changing.async());
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
            if (!connector.isClosed()) {
                breaker.open(at("the connection was lost"));
            }
        }
    }
}
