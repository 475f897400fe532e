// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Credentials. They are read again for each connection, because tokens of cloud services expire after minutes or hours.
 *
 * @param servers credentials of the URL
 * @param sentinels credentials of the sentinels, which never receive those of the URL
 */
public record RedisLogins(RedisCredentialsProvider servers, RedisCredentialsProvider sentinels) {

    /** Credentials of properties, which do not change. */
    public static RedisLogins fixed(RedisUrl url, SentinelProperties sentinels) {
        return new RedisLogins(
                () -> Mono.just(login(url.username(), url.password())),
                () -> Mono.just(login(sentinels.username(), sentinels.password())));
    }

    /** Credentials of connection details. Reading them may take a moment, so no connection thread waits for it. */
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
