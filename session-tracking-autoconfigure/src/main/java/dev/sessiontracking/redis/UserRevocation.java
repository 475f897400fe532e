package dev.sessiontracking.redis;

import dev.sessiontracking.UserSession;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One revocation of a user's sessions. Only entries whose session this run deleted are taken out of the index: the
 * others may belong to logins under way, whose session would be left where nobody can revoke it.
 */
final class UserRevocation {

    private final RedisRequest commands;

    private final RedisKeys keys;

    private final UserIndex index;

    private final String userId;

    private final Predicate<UserSession> which;

    private volatile @Nullable Throwable partFailure;

    private final List<String> revoked = new CopyOnWriteArrayList<>();

    UserRevocation(
            RedisRequest commands, RedisKeys keys, UserIndex index, String userId, Predicate<UserSession> which) {
        this.commands = commands;
        this.keys = keys;
        this.index = index;
        this.userId = userId;
        this.which = which;
    }

    CompletionStage<List<String>> run() {
        return index.members(commands, userId).thenCompose(ids -> {
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

    /** Of a cluster, a master that does not answer must not keep the sessions of the others alive. */
    private CompletionStage<?> revoke(List<String> chunk) {
        if (!commands.isSpread()) {
            return revokePart(chunk);
        }
        List<CompletableFuture<?>> parts = new ArrayList<>();
        for (List<String> part : commands.byMaster(chunk, keys::session)) {
            parts.add(revokePart(part)
                    .<Object>handle((done, failure) -> {
                        if (failure != null) {
                            partFailure = failure;
                        }
                        return null;
                    })
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new));
    }

    private CompletionStage<?> revokePart(List<String> part) {
        if (commands.hasFailed(keys.session(part.get(0)))) {
            return CompletableFuture.completedFuture(null);
        }
        return SessionValues.read(commands, keys, part).thenCompose(values -> {
            List<String> ids = values.stream()
                    .filter(this::isWanted)
                    .map(SessionValues.Value::sessionId)
                    .toList();
            return delete(ids);
        });
    }

    private boolean isWanted(SessionValues.Value value) {
        return value.session()
                .map(session -> session.userId().equals(userId) && which.test(session))
                .orElse(true);
    }

    private CompletionStage<?> delete(List<String> ids) {
        List<CompletableFuture<Long>> deletions = ids.stream()
                .map(id -> commands.del(keys.session(id)).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(deletions.toArray(CompletableFuture[]::new))
                .thenCompose(done -> {
                    List<String> deleted = new ArrayList<>();
                    for (int i = 0; i < ids.size(); i++) {
                        if (deletions.get(i).join() > 0) {
                            deleted.add(ids.get(i));
                        }
                    }
                    revoked.addAll(deleted);
                    return index.remove(commands, userId, deleted);
                });
    }
}
