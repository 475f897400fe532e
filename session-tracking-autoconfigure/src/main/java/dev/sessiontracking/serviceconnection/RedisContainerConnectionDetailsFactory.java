// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.serviceconnection;

import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.testcontainers.containers.Container;

/** A container of Testcontainers with {@code @ServiceConnection}, named {@code redis} or of an image of that name. */
class RedisContainerConnectionDetailsFactory
        extends ContainerConnectionDetailsFactory<Container<?>, SessionTrackingConnectionDetails> {

    RedisContainerConnectionDetailsFactory() {
        super(RedisService.IMAGES);
    }

    @Override
    protected SessionTrackingConnectionDetails getContainerConnectionDetails(
            ContainerConnectionSource<Container<?>> source) {
        return new Details(source);
    }

    private static final class Details extends ContainerConnectionDetails<Container<?>>
            implements SessionTrackingConnectionDetails {

        Details(ContainerConnectionSource<Container<?>> source) {
            super(source);
        }

        @Override
        public String redisUrl() {
            Container<?> container = getContainer();
            return RedisService.url(
                    sslBundle() != null,
                    container.getHost(),
                    container.getMappedPort(RedisService.PORT),
                    container.getEnvMap().get(RedisService.PASSWORD));
        }

        @Override
        public @Nullable SslBundle sslBundle() {
            return getSslBundle();
        }
    }
}
