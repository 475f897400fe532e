package dev.sessiontracking.redis;

import dev.sessiontracking.UserSession;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * One revocation of a user's sessions. Only entries whose session this run deleted are taken out of the index: the
 * others may belong to logins under way, whose session would be left where nobody can revoke it.
 */
final class UserRevocation {

    private final RedisClusterAsyncCommands<String, String> commands;

    private final RedisKeys keys;

    private final UserIndex index;

    private final String userId;

    private final Predicate<UserSession> which;

    private final List<String> revoked = new ArrayList<>();

    UserRevocation(
            RedisClusterAsyncCommands<String, String> commands,
            RedisKeys keys,
            UserIndex index,
            String userId,
            Predicate<UserSession> which) {
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
            return done.thenApply(all -> List.copyOf(revoked));
        });
    }

    private CompletionStage<?> revoke(List<String> chunk) {
        return SessionValues.read(commands, keys, chunk).thenCompose(values -> {
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
