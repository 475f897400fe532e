package dev.sessiontracking.redis;

import dev.sessiontracking.core.SessionIds;
import org.jspecify.annotations.Nullable;

/**
 * The names of all keys. {@code session:<id>} is a string with the session as JSON; {@code user_sessions:<userId>} is
 * a sorted set of a user's session ids, scored with the time, in milliseconds, when they can be dropped: a minute after
 * the session ends. It can also be a plain set. The two keys lie in different slots of a cluster, so no command may
 * touch both.
 *
 * @param prefix stands before every name; keeps applications apart that share a server
 */
record RedisKeys(String prefix) {

    private static final String SESSION = "session:";

    private static final String USER_SESSIONS = "user_sessions:";

    String session(String sessionId) {
        return prefix + SESSION + sessionId;
    }

    /** The id that a session key names, or {@code null} for any other key. */
    @Nullable
    String sessionIdOf(String key) {
        int idBegins = prefix.length() + SESSION.length();
        return key.startsWith(prefix) && key.startsWith(SESSION, prefix.length()) ? key.substring(idBegins) : null;
    }

    /** A key that is never written: no id that is generated looks like this. */
    String heartbeat() {
        return session("~heartbeat~");
    }

    /** A key that nobody else uses, for finding out whether a server pushes. */
    String newProbe() {
        return session("~probe-" + SessionIds.generate());
    }

    String userSessions(String userId) {
        return prefix + USER_SESSIONS + userId;
    }
}
