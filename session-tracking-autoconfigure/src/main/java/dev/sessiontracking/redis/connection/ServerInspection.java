package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisServerAsyncCommands;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a server whenever a connection to it is made, and warns of settings under which promises cannot be kept. */
final class ServerInspection {

    private static final Logger log = LoggerFactory.getLogger(ServerInspection.class);

    private final RedisUrl url;

    private final AtomicBoolean told = new AtomicBoolean();

    private ServerInfo last = ServerInfo.UNKNOWN;

    /** @param url how the server was reached */
    ServerInspection(RedisUrl url) {
        this.url = url;
    }

    /**
     * Looks at the server now, and each time that this connection was made again.
     *
     * @param lost is told when the connection is lost
     */
    void follow(StatefulRedisConnection<String, String> connection, Runnable lost) {
        connection.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
                inspect(connection.async());
            }

            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
                lost.run();
            }
        });
        inspect(connection.async());
    }

    /** Looks at what the server says; never fails. */
    private void inspect(RedisServerAsyncCommands<String, String> commands) {
        commands.info().handle((info, failure) -> {
            ServerInfo found = failure == null ? ServerInfo.parse(info) : ServerInfo.UNKNOWN;
            if (told.compareAndSet(false, true)) {
                log.debug(
                        "Session tracking is on: sessions are in {}, {}",
                        url,
                        found.version() == null
                                ? "whose user may not use INFO: version and eviction policy are unknown"
                                : found.version());
            }
            warnOfChange(found);
            return found;
        });
    }

    /** What the server said last. */
    synchronized ServerInfo last() {
        return last;
    }

    /** Says the same thing once, also when the connection is made again and again. */
    private synchronized void warnOfChange(ServerInfo found) {
        if (found.equals(last)) {
            return;
        }
        last = found;
        if (found.isEvicting()) {
            log.warn(
                    "Redis evicts keys when its memory is full (maxmemory-policy {}): an evicted session is a logout,"
                            + " and an evicted index is a set of sessions that nobody can revoke together. Set"
                            + " maxmemory-policy noeviction",
                    found.evictionPolicy());
        }
        if (found.isClusterNode() && url.topology() != Topology.CLUSTER) {
            log.warn("Redis is a node of a cluster here, and answers for a part of the sessions only. Let"
                    + " session.tracking.redis-url begin with redis-cluster://");
        }
        if (found.isReplica()) {
            log.warn("Redis is a replica here and takes no writes: logins are not tracked and revocations are kept"
                    + " until it is a master. Let session.tracking.redis-url name the master");
        }
    }
}
