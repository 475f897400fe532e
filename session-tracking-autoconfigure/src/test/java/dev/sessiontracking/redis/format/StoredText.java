// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import dev.sessiontracking.UserSession;

/** What Redis holds of a session, once the server has filled in its times. */
public final class StoredText {

    private StoredText() {}

    public static String of(UserSession session) {
        String undated = SessionJson.writeUndated(session, "1");
        return undated.substring(0, undated.length() - 1)
                + ",\"createdAt\":\"" + session.createdAt()
                + "\",\"expiresAt\":\"" + session.expiresAt() + "\"}";
    }
}
