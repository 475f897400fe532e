// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.serviceconnection;

import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;

/** A service of Docker Compose whose image is Redis. */
class RedisComposeConnectionDetailsFactory
        extends DockerComposeConnectionDetailsFactory<SessionTrackingConnectionDetails> {

    RedisComposeConnectionDetailsFactory() {
        super(RedisService.IMAGES.toArray(String[]::new));
    }

    @Override
    protected SessionTrackingConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
        return detailsOf(source.getRunningService());
    }

    static SessionTrackingConnectionDetails detailsOf(RunningService service) {
        return new Details(service);
    }

    private static final class Details extends DockerComposeConnectionDetails
            implements SessionTrackingConnectionDetails {

        private final String redisUrl;

        private final @Nullable SslBundle sslBundle;

        Details(RunningService service) {
            super(service);
            this.sslBundle = getSslBundle(service);
            this.redisUrl = RedisService.url(
                    sslBundle != null,
                    service.host(),
                    service.ports().get(RedisService.PORT),
                    service.env().get(RedisService.PASSWORD));
        }

        @Override
        public String redisUrl() {
            return redisUrl;
        }

        @Override
        public @Nullable SslBundle sslBundle() {
            return sslBundle;
        }
    }
}
