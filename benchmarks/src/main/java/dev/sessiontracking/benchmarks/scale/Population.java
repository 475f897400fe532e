// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.scale;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.spi.SessionIds;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Fills a server with sessions. */
final class Population {

    static final SessionMetadata METADATA = SessionMetadata.of(
            "203.0.113.7",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36");

    static final int SESSIONS_PER_USER = 3;

    private static final int THREADS = 8;

    private static final int BATCH = 1_000;

    private Population() {}

    /** The usual way. */
    static List<UserSession> create(SessionService service, String userPrefix, int count, int sessionsPerUser) {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<UserSession>> created = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                String user = userPrefix + i / sessionsPerUser;
                created.add(threads.submit(() -> service.createSession(user, METADATA)));
            }
            List<UserSession> sessions = new ArrayList<>(count);
            for (Future<UserSession> one : created) {
                sessions.add(one.get());
            }
            return sessions;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sessions were created", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A session could not be created", e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Copies of one session that the product has created, with other ids and users, through a pipeline. */
    static void copy(SessionService service, RedisClientConnection redis, int count) {
        Template template = Template.of(service.createSession("user-to-copy", METADATA), redis);
        StatefulRedisConnection<String, String> pipeline = redis.connection();
        pipeline.setAutoFlushCommands(false);
        try {
            for (int done = 0; done < count; done += BATCH) {
                List<RedisFuture<?>> answers = new ArrayList<>();
                for (int i = done; i < Math.min(count, done + BATCH); i++) {
                    template.copy(pipeline.async(), "copied-" + i / SESSIONS_PER_USER, answers);
                }
                pipeline.flushCommands();
                for (RedisFuture<?> answer : answers) {
                    answer.toCompletableFuture().join();
                }
            }
        } finally {
            pipeline.setAutoFlushCommands(true);
        }
    }

    /** What the product wrote for a session, so that nothing of its format is repeated here but the names of the keys. */
    private record Template(String userId, String value, long millis, double score, long indexMillis) {

        static Template of(UserSession session, RedisClientConnection redis) {
            String key = "session:" + session.id();
            String index = "user_sessions:" + session.userId();
            return new Template(
                    session.userId(),
                    Objects.requireNonNull(redis.commands().get(key)),
                    redis.commands().pttl(key),
                    Objects.requireNonNull(redis.commands().zscore(index, session.id())),
                    redis.commands().pttl(index));
        }

        void copy(RedisAsyncCommands<String, String> pipeline, String user, List<RedisFuture<?>> answers) {
            String id = SessionIds.generate();
            answers.add(pipeline.set("session:" + id, value.replace(userId, user), SetArgs.Builder.px(millis)));
            answers.add(pipeline.zadd("user_sessions:" + user, score, id));
            answers.add(pipeline.pexpire("user_sessions:" + user, indexMillis));
        }
    }
}
