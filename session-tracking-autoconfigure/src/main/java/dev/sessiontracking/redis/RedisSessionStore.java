// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.redis.connection.RedisFailures.translated;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.connection.Line;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.UserIndexType;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.FirstUse;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Recorded;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionChange.Scope;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.SessionStore.StoreDescription;
import dev.sessiontracking.spi.StoreListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stores sessions as strings, with one index for each user. Independent commands are sent together. No transaction and
 * no script spans two slots, so the store works on a cluster too. The order of the steps ensures that no session
 * remains without an index entry, where it could not be revoked with the others.
 */
final class RedisSessionStore implements SessionStore {

    private static final int MOST_ANNOUNCED = 50;

    private final RedisLink link;

    private final RedisKeys keys;

    private final SessionEndings endings;

    private final UserIndex index;

    private final SessionReads reads;

    private final Registrations registrations;

    private final Renewals renewals;

    private final UserMarkers markers;

    private final Announcements announcements;

    private final DataLossWatch dataLossWatch;

    private final UserIndexType newIndexes;

    /**
     * @param newIndexes the type of an index that does not exist yet
     * @param feed announces revocations, or {@code null}
     */
    RedisSessionStore(
            RedisLink link, RedisKeys keys, UserIndexType newIndexes, @Nullable FeedWriter feed, Clock clock) {
        this.link = link;
        this.keys = keys;
        Companions companions = new Companions(link, keys);
        this.endings = new SessionEndings(keys, companions);
        this.index = new UserIndex(keys, newIndexes, companions);
        this.registrations = new Registrations(keys, index, endings, companions);
        this.renewals = new Renewals(link, keys, index, endings);
        this.markers = new UserMarkers(keys, companions);
        this.announcements = new Announcements(feed);
        this.newIndexes = newIndexes;
        this.reads = new SessionReads(keys, index, clock);
        this.dataLossWatch = new DataLossWatch(this::exists, clock);
        link.listen(dataLossWatch);
    }

    @Override
    public CompletionStage<Registration> create(UserSession session, Duration ttl, Limit limit) {
        return answer(commands -> registrations
                .create(NewSession.of(commands, session, ttl), limit)
                .thenCompose(created -> created.result().exists()
                                && created.result().session() == null
                        ? undoIndexEntry(commands, session, created.indexed()).thenApply(undone -> created.result())
                        : CompletableFuture.completedFuture(remembered(created.result()))));
    }

    @Override
    public boolean limitsSessions() {
        return newIndexes == UserIndexType.ZSET;
    }

    @Override
    public CompletionStage<Registration> register(UserSession session, Duration ttl, Duration tokenLife, Limit limit) {
        return answer(commands -> registrations
                .register(NewSession.of(commands, session, ttl), tokenLife, limit)
                .thenApply(this::remembered));
    }

    /** Asked at the start, when the scripts can be loaded. A first use is recorded on event loops. */
    @Override
    public boolean recordsFirstUse() {
        return RedisScript.areLoaded() && newIndexes == UserIndexType.ZSET;
    }

    @Override
    public CompletionStage<Recorded> recordFirstUse(UserSession session, Duration lifetime, FirstUse use) {
        return answer(commands -> registrations.recordFirstUse(NewSession.of(commands, session, lifetime), use));
    }

    @Override
    public @Nullable String firstUseProblem() {
        return registrations.recordsFirstUse() ? link.whyItMayForget() : "the Redis user needs more permissions";
    }

    private Registration remembered(Registration registration) {
        UserSession session = registration.session();
        if (session != null) {
            dataLossWatch.wrote(session.id(), session.expiresAt());
        }
        return registration;
    }

    /**
     * Called if the id was taken, but the index entry was written at the same time. Removes the entry if the session
     * belongs to another user, and keeps it if it belongs to this user.
     */
    private CompletionStage<?> undoIndexEntry(RedisRequest commands, UserSession session, long indexed) {
        if (indexed == UserIndex.WAS_THERE) {
            return CompletableFuture.completedFuture(null);
        }
        return reads.stored(commands, session.id())
                .thenCompose(existing ->
                        existing.filter(other -> !other.userId().equals(session.userId()))
                                        .isPresent()
                                ? index.remove(commands, session.userId(), List.of(session.id()))
                                : CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletionStage<Boolean> exists(String sessionId) {
        // Translates failures in the same step: each further one would delay the reply.
        return link.request(commands -> commands.strlen(keys.session(sessionId)))
                .handle(SessionReads::isSession);
    }

    @Override
    public CompletionStage<Optional<UserSession>> find(String sessionId) {
        return answer(commands -> reads.find(commands, sessionId));
    }

    @Override
    public CompletionStage<Refreshed> refresh(String sessionId, Refresh refresh) {
        return answer(commands -> renewals.run(commands, sessionId, refresh));
    }

    @Override
    public CompletionStage<Optional<SessionEndReason>> endReason(String sessionId) {
        return answer(commands -> endings.reason(commands, sessionId));
    }

    @Override
    public CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId, End end) {
        return answer(commands -> {
            // A server that takes writes deletes the session, though its entry stays.
            boolean isKnown = userId != null || commands.isLeftOut(Line.READ, keys.session(sessionId));
            CompletionStage<@Nullable String> owner = isKnown
                    ? CompletableFuture.completedFuture(userId)
                    : reads.stored(commands, sessionId)
                            .thenApply(
                                    session -> session.map(UserSession::userId).orElse(null));
            dataLossWatch.removed(sessionId);
            return owner.thenCompose(user -> {
                CompletionStage<Long> deleted = endings.end(commands, sessionId, end);
                if (user != null) {
                    // At the same time, unless it may be spared: an entry without a session is harmless. It is removed
                    // when
                    // its score expires.
                    (end.until() == null ? CompletableFuture.completedFuture(0L) : deleted).thenAccept(count -> {
                        if (count != SessionEndings.SPARED) {
                            index.remove(commands, user, List.of(sessionId));
                        }
                    });
                }
                // The first of two attempts may have deleted it without a reply.
                return deleted.thenApply(count -> count > 0 || (count == 0 && commands.isRepeated()))
                        .whenComplete((held, failure) -> announcements.revoked(sessionId, user, held, failure));
            });
        });
    }

    @Override
    public CompletionStage<NotBefore> notBefore(String userId) {
        return answer(commands -> markers.read(commands, userId));
    }

    @Override
    public CompletionStage<NotBefore> raiseNotBefore(
            String userId, NotBefore marker, Duration lifetime, boolean unlessCleared) {
        return answer(commands -> markers.raise(commands, userId, marker, lifetime, unlessCleared)
                .thenApply(raised -> {
                    if (raised.exists()) {
                        announcements.changed(userId, raised);
                    }
                    return raised;
                }));
    }

    @Override
    public CompletionStage<?> clearNotBefore(String userId, Duration lifetime) {
        return answer(commands -> markers.clear(commands, userId, lifetime).thenApply(done -> {
            announcements.changed(userId, NotBefore.CLEARED);
            return done;
        }));
    }

    @Override
    public CompletionStage<SessionCutoff.Affected> countUntil(Instant until) {
        return translated(link.bulkRequest("", commands -> new SessionCount(commands, keys, until).run()));
    }

    @Override
    public CompletionStage<Long> reapplyRevocations(List<String> sessionIds) {
        return reapply(
                sessionIds,
                (commands, ids) -> commands.del(ids.stream().map(keys::session).toList()));
    }

    @Override
    public CompletionStage<Long> reapplyRevocations(Map<String, Instant> revoked, Duration tokenLife) {
        return reapply(
                revoked.keySet(),
                (commands, ids) -> RedisRequest.sum(ids.stream().map(id -> {
                    End end = new End(
                            SessionEndReason.REVOKED, SessionEndings.REASON_KEPT, tokenLife, true, revoked.get(id));
                    return endings.end(commands, id, end)
                            .thenApply(count -> count == SessionEndings.REMOVED ? count : 0L);
                })));
    }

    private CompletionStage<Long> reapply(
            Collection<String> sessionIds, BiFunction<RedisRequest, List<String>, CompletionStage<Long>> removal) {
        // On a cluster, the revocation is applied to an unavailable master when it answers again.
        return translated(link.bulkRequest(
                "",
                commands -> removal.apply(
                        commands,
                        sessionIds.stream()
                                .filter(id -> !commands.isSpread() || !commands.isLeftOut(Line.WRITE, keys.session(id)))
                                .toList())));
    }

    @Override
    public CompletionStage<List<String>> revokeAll(Scope scope, End end, Consumer<String> beforeRemoval) {
        String userId = scope.userId();
        return translated(link.bulkRequest(
                userId,
                commands -> new UserRevocation(commands, endings, index, scope, end, beforeRemoval)
                        .run()
                        .thenApply(revoked -> {
                            revoked.forEach(dataLossWatch::removed);
                            // The marker says the same of older sessions.
                            revoked.subList(Math.max(0, revoked.size() - MOST_ANNOUNCED), revoked.size())
                                    .forEach(id -> announcements.revoked(id, userId, true, null));
                            return revoked;
                        })));
    }

    @Override
    public CompletionStage<List<UserSession>> findByUser(String userId) {
        return translated(link.bulkRequest(userId, commands -> reads.ofUser(commands, userId)));
    }

    private <T> CompletionStage<T> answer(Function<RedisRequest, CompletionStage<T>> question) {
        return translated(link.request(question));
    }

    @Override
    public void listen(StoreListener listener) {
        link.listen(listener);
    }

    @Override
    public StoreDescription describe() {
        return announcements.describe(link.describe());
    }
}
