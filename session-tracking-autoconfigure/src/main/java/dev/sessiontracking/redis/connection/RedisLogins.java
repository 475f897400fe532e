package dev.sessiontracking.redis.connection;

import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Credentials, read again for each connection: tokens of cloud services expire after minutes or hours.
 *
 * @param servers those of the URL
 * @param sentinels those of the sentinels; they are never sent the ones of the URL
 */
public record RedisLogins(RedisCredentialsProvider servers, RedisCredentialsProvider sentinels) {

    /** Those of properties, which do not change. */
    public static RedisLogins fixed(RedisUrl url, SentinelProperties sentinels) {
        return new RedisLogins(
                () -> Mono.just(login(url.username(), url.password())),
                () -> Mono.just(login(sentinels.username(), sentinels.password())));
    }

    /** Those of connection details, which may take a moment to find out: no thread of a connection waits for them. */
    public static RedisLogins of(SessionTrackingConnectionDetails details) {
        return new RedisLogins(
                () -> Mono.fromSupplier(() -> RedisUrl.parse(details.redisUrl()))
                        .map(url -> login(url.username(), url.password()))
                        .subscribeOn(Schedulers.boundedElastic()),
                () -> Mono.fromSupplier(() -> login(details.sentinelUsername(), details.sentinelPassword()))
                        .subscribeOn(Schedulers.boundedElastic()));
    }

    private static RedisCredentials login(@Nullable String username, @Nullable String password) {
        return RedisCredentials.just(username, password == null ? null : password.toCharArray());
    }
}
