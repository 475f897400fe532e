// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisServerAsyncCommands;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Inspects a server after each connect, and warns of settings that break the guarantees. */
final class ServerInspection {

    private static final Logger log = LoggerFactory.getLogger(ServerInspection.class);

    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final RedisUrl url;

    private final AtomicBoolean told = new AtomicBoolean();

    private ServerInfo last = ServerInfo.UNKNOWN;

    private final AtomicLong inspectedAgain = new AtomicLong(System.nanoTime());

    /** Those that evict keys, or do not tell. */
    private final Set<RedisServerAsyncCommands<String, String>> forgetful =
            Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

    /** @param url the URL of the connection */
    ServerInspection(RedisUrl url) {
        this.url = url;
    }

    /**
     * Inspects the server now, and after each reconnect.
     *
     * @param lost runs when the connection is lost
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

    /** Sends INFO and evaluates the reply. Never fails. */
    private void inspect(RedisServerAsyncCommands<String, String> commands) {
        commands.info().handle((info, failure) -> {
            ServerInfo found = failure == null ? ServerInfo.parse(info) : ServerInfo.UNKNOWN;
            if (told.compareAndSet(false, true)) {
                log.debug(
                        "Session tracking is on: sessions are in {}, {}",
                        url,
                        found.version() == null
                                ? "version and eviction policy unknown because the user lacks the permission" + " +info"
                                : found.version());
            }
            if (found.isEvicting() || found.evictionPolicy() == null) {
                forgetful.add(commands);
            } else {
                forgetful.remove(commands);
            }
            warnOfChange(found);
            return found;
        });
    }

    /** Why keys may be lost that have not expired, or {@code null}. */
    @Nullable
    String whyItMayForget() {
        if (forgetful.isEmpty()) {
            return null;
        }
        long now = System.nanoTime();
        long before = inspectedAgain.get();
        if (now - before > AGAIN_NANOS && inspectedAgain.compareAndSet(before, now)) {
            List.copyOf(forgetful).forEach(this::inspect);
        }
        return "Redis evicts keys when its memory is full, or does not tell whether it does. Set maxmemory-policy"
                + " noeviction, and permit +info to the Redis user";
    }

    /** The last reply. */
    synchronized ServerInfo last() {
        return last;
    }

    /** Logs each message once, even after many reconnects. */
    private synchronized void warnOfChange(ServerInfo found) {
        if (found.equals(last)) {
            return;
        }
        last = found;
        if (found.isEvicting()) {
            log.warn(
                    "Redis evicts keys when its memory is full (maxmemory-policy {}). An evicted session logs"
                            + " its user out. An evicted index hides sessions from \"log out everywhere\". Set"
                            + " maxmemory-policy noeviction",
                    found.evictionPolicy());
        }
        if (found.isClusterNode() && url.topology() != Topology.CLUSTER) {
            log.warn("Redis is a cluster node and serves only a part of the sessions. Use redis-cluster:// in"
                    + " session.tracking.redis-url");
        }
        if (found.isReplica()) {
            log.warn("Redis is a replica and takes no writes. Logins are untracked, and revocations are pending"
                    + " until it becomes a master. Use the address of the master in session.tracking.redis-url");
        }
    }
}
