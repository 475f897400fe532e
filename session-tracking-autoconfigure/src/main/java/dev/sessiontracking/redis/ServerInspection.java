package dev.sessiontracking.redis;

import io.lettuce.core.api.async.RedisServerAsyncCommands;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a server when a connection to it is made, and warns of settings under which promises cannot be kept. */
final class ServerInspection {

    private static final Logger log = LoggerFactory.getLogger(ServerInspection.class);

    private ServerInfo last = ServerInfo.UNKNOWN;

    /** What the server says; never fails. */
    CompletionStage<ServerInfo> inspect(RedisServerAsyncCommands<String, String> commands) {
        return commands.info().handle((info, failure) -> {
            ServerInfo found = failure == null ? ServerInfo.parse(info) : ServerInfo.UNKNOWN;
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
        if (found.isReplica()) {
            log.warn("Redis is a replica here and takes no writes: logins are not tracked and revocations are kept"
                    + " until it is a master. Let session.tracking.redis-url name the master");
        }
    }
}
