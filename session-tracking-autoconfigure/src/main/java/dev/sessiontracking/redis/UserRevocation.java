// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One revocation of a user's sessions. Removes an index entry only if it has deleted the session. Other entries may
 * belong to concurrent logins, whose sessions must not lose their entry.
 */
final class UserRevocation {

    private final RedisRequest commands;

    private final RedisKeys keys;

    private final UserIndex index;

    private final Scope scope;

    private final Function<String, CompletionStage<Long>> removal;

    private final Consumer<String> beforeRemoval;

    private volatile @Nullable Throwable partFailure;

    private final List<String> revoked = new CopyOnWriteArrayList<>();

    UserRevocation(
            RedisRequest commands,
            RedisKeys keys,
            UserIndex index,
            Scope scope,
            Function<String, CompletionStage<Long>> removal,
            Consumer<String> beforeRemoval) {
        this.commands = commands;
        this.keys = keys;
        this.index = index;
        this.scope = scope;
        this.removal = removal;
        this.beforeRemoval = beforeRemoval;
    }

    CompletionStage<List<String>> run() {
        return index.members(commands, scope.userId()).thenCompose(ids -> {
            CompletionStage<?> done = CompletableFuture.completedFuture(null);
            for (List<String> chunk : SessionValues.chunks(ids)) {
                done = done.thenCompose(previous -> revoke(chunk));
            }
            return done.thenApply(all -> {
                Throwable failure = partFailure;
                if (failure != null) {
                    throw RedisFailures.unavailable(failure);
                }
                return List.copyOf(revoked);
            });
        });
    }

    /** On a cluster, an unavailable master must not prevent the revocation of sessions on other masters. */
    private CompletionStage<?> revoke(List<String> chunk) {
        if (!commands.isSpread()) {
            return revokePart(chunk);
        }
        return RedisRequest.all(commands.byMaster(chunk, keys::session).stream()
                .map(part -> revokePart(part).<Object>handle((done, failure) -> {
                    if (failure != null) {
                        partFailure = failure;
                    }
                    return done;
                })));
    }

    private CompletionStage<?> revokePart(List<String> part) {
        if (commands.hasFailed(keys.session(part.get(0)))) {
            return CompletableFuture.completedFuture(null);
        }
        return SessionValues.read(commands, keys, part).thenCompose(values -> {
            List<String> ids = values.stream()
                    .filter(scope::includes)
                    .map(SessionValues.Value::sessionId)
                    .toList();
            List<String> ended = scope.ofProvider() ? withThoseThatMayBegin(ids, part, values) : ids;
            ended.forEach(beforeRemoval);
            return delete(ended);
        });
    }

    /** An entry of an identity provider's session without a session may be one that is about to be written. */
    private List<String> withThoseThatMayBegin(List<String> ids, List<String> part, List<SessionValues.Value> values) {
        Set<String> there = values.stream().map(SessionValues.Value::sessionId).collect(Collectors.toSet());
        return Stream.concat(
                        ids.stream(),
                        part.stream().filter(id -> !there.contains(id) && !id.equals(scope.exceptSessionId())))
                .toList();
    }

    private CompletionStage<?> delete(List<String> ids) {
        return RedisRequest.all(ids.stream().map(removal)).thenCompose(counts -> {
            List<String> deleted = new ArrayList<>();
            for (int i = 0; i < ids.size(); i++) {
                if (counts.get(i) == SessionEndings.REMOVED) {
                    deleted.add(ids.get(i));
                }
            }
            revoked.addAll(deleted);
            return index.remove(commands, scope.userId(), deleted);
        });
    }

    /**
     * Whether a session is revoked. A session whose value cannot be read is revoked too.
     *
     * @param until the latest creation time of a revoked session, or {@code null} for all
     * @param exceptSessionId a session to keep, or {@code null}
     * @param ofProvider whether the user's sessions are those of an identity provider
     */
    record Scope(
            String userId,
            @Nullable Instant until,
            @Nullable String exceptSessionId,
            boolean ofProvider) {

        /** It counts from its first use if nobody knows when the user of a provider has authenticated: that may be late. */
        private boolean hasBegun(UserSession session, Instant until) {
            return !session.createdAt().isAfter(until)
                    || (ofProvider
                            && session.createdAt().equals(session.lastUse().at()));
        }

        boolean includes(SessionValues.Value value) {
            return !value.sessionId().equals(exceptSessionId)
                    && value.session()
                            .map(session ->
                                    session.userId().equals(userId) && (until == null || hasBegun(session, until)))
                            .orElse(true);
        }
    }
}
