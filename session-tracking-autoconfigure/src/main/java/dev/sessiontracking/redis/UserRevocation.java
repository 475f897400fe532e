// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One revocation of a user's sessions. Removes an index entry only if it has deleted the session. Other entries may
 * belong to concurrent logins, whose sessions must not lose their entry.
 */
final class UserRevocation {

    private final RedisRequest commands;

    private final SessionEndings endings;

    private final UserIndex index;

    private final Scope scope;

    private final End end;

    private final Consumer<String> beforeRemoval;

    private volatile @Nullable Throwable partFailure;

    private final List<String> revoked = new CopyOnWriteArrayList<>();

    UserRevocation(
            RedisRequest commands,
            SessionEndings endings,
            UserIndex index,
            Scope scope,
            End end,
            Consumer<String> beforeRemoval) {
        this.commands = commands;
        this.endings = endings;
        this.index = index;
        this.scope = scope;
        this.end = end;
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
        return RedisRequest.all(commands.byMaster(chunk, endings.keys()::session).stream()
                .map(part -> revokePart(part).<Object>handle((done, failure) -> {
                    if (failure != null) {
                        partFailure = failure;
                    }
                    return done;
                })));
    }

    private CompletionStage<?> revokePart(List<String> part) {
        if (commands.hasFailed(endings.keys().session(part.get(0)))) {
            return CompletableFuture.completedFuture(null);
        }
        return SessionValues.read(commands, endings.keys(), part).thenCompose(values -> {
            Set<String> kept = values.stream()
                    .filter(value -> !includes(value))
                    .map(SessionValues.Value::sessionId)
                    .collect(Collectors.toSet());
            // An entry of an identity provider's session without a session may be one that is about to be written.
            List<String> found = end.ofProvider()
                    ? part
                    : values.stream().map(SessionValues.Value::sessionId).toList();
            List<String> ended = found.stream()
                    .filter(id -> !kept.contains(id) && !id.equals(scope.exceptSessionId()))
                    .toList();
            ended.forEach(beforeRemoval);
            return delete(ended);
        });
    }

    /** A session whose value cannot be read is revoked too. */
    private boolean includes(SessionValues.Value value) {
        return value.session()
                .map(session -> scope.includes(session) || mayHaveBegun(session))
                .orElse(true);
    }

    /** It counts from its first use if nobody knows when the user of a provider has authenticated: that may be late. */
    private boolean mayHaveBegun(UserSession session) {
        return end.ofProvider()
                && session.userId().equals(scope.userId())
                && session.createdAt().equals(session.lastUse().at());
    }

    private CompletionStage<?> delete(List<String> ids) {
        return RedisRequest.all(ids.stream().map(id -> endings.end(commands, id, end)))
                .thenCompose(counts -> {
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
}
