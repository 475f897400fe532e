// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import dev.sessiontracking.spi.SessionIds;
import org.jspecify.annotations.Nullable;

/**
 * The names of all keys. {@code session:<id>} is a string with the session as JSON; {@code user_sessions:<userId>} is
 * a sorted set of a user's session ids, scored with the time, in milliseconds, when they can be dropped: a minute after
 * the session ends. It can also be a plain set. The two keys lie in different slots of a cluster, so no command may
 * touch both. Each has a companion in its own slot, which may outlive it: {@code session_state:{session:<id>}} says
 * that a session was registered, or was revoked before it was; {@code user_state:{user_sessions:<userId>}} is the
 * user's not-before marker. {@code session_revocations} is the revocation feed, a stream.
 *
 * @param prefix prefix of every name; separates applications that share a server
 */
public record RedisKeys(String prefix) {

    private static final String SESSION = "session:";

    private static final String USER_SESSIONS = "user_sessions:";

    private static final String SESSION_STATE = "session_state:";

    private static final String USER_STATE = "user_state:";

    private static final String REVOCATIONS = "session_revocations";

    public String session(String sessionId) {
        return prefix + SESSION + sessionId;
    }

    /** The session id in a session key, or {@code null} for any other key. */
    @Nullable
    public String sessionIdOf(String key) {
        int idBegins = prefix.length() + SESSION.length();
        return key.startsWith(prefix) && key.startsWith(SESSION, prefix.length()) ? key.substring(idBegins) : null;
    }

    /** A key that is never written. No generated id looks like this. */
    public String heartbeat() {
        return session("~heartbeat~");
    }

    /** An unused key for canaries, which verify that Redis sends invalidations. */
    public String newProbe() {
        return session("~probe-" + SessionIds.generate());
    }

    public String userSessions(String userId) {
        return prefix + USER_SESSIONS + userId;
    }

    /** The revocation feed. No token can name it as a session. */
    public String revocations() {
        return prefix + REVOCATIONS;
    }

    public String sessionState(String sessionId) {
        return companion(SESSION_STATE, session(sessionId));
    }

    public String userState(String userId) {
        return companion(USER_STATE, userSessions(userId));
    }

    /**
     * Names a key in the slot of another one. A key without braces is the hash tag. Where braces may say otherwise, the
     * tag is a number of the same slot, and comes first if the prefix would hide it.
     */
    private String companion(String name, String key) {
        if (key.indexOf('{') < 0 && key.indexOf('}') < 0) {
            return prefix + name + '{' + key + '}';
        }
        int slot = SlotTags.slot(key);
        String tagged = prefix + name + SlotTags.of(slot) + key;
        return SlotTags.slot(tagged) == slot ? tagged : SlotTags.of(slot) + tagged;
    }
}
