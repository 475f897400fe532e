// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.format.FeedEntry;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionStore.StoreDescription;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Decides what is announced in the revocation feed, if there is one. Thread-safe. */
final class Announcements {

    private static final int MOST_UNCONFIRMED = 10_000;

    private final @Nullable FeedWriter feed;

    /** Sessions whose revocation has failed. Redis may have revoked them all the same. */
    private final Set<String> unconfirmed = ConcurrentHashMap.newKeySet();

    Announcements(@Nullable FeedWriter feed) {
        this.feed = feed;
    }

    /** A revocation has ended: Redis held the session or not, or did not answer. */
    void revoked(String sessionId, @Nullable String userId, @Nullable Boolean held, @Nullable Throwable failure) {
        if (feed == null) {
            return;
        }
        if (failure != null) {
            if (unconfirmed.size() < MOST_UNCONFIRMED) {
                unconfirmed.add(sessionId);
            }
        } else if (unconfirmed.remove(sessionId) || Boolean.TRUE.equals(held)) {
            feed.announce(FeedEntry.ofSession(sessionId, userId));
        }
    }

    /** A not-before marker has changed. */
    void changed(String userId, NotBefore marker) {
        if (feed != null) {
            feed.announce(FeedEntry.ofMarker(userId, marker));
        }
    }

    /** Adds to a description how much is still to be announced. */
    StoreDescription describe(StoreDescription server) {
        if (feed == null || feed.unwritten() == 0) {
            return server;
        }
        Map<String, String> details = new LinkedHashMap<>(server.details());
        details.put("unannouncedRevocations", String.valueOf(feed.unwritten()));
        return new StoreDescription(
                server.name(), server.address(), details, server.misconfiguration(), server.unavailableParts());
    }
}
