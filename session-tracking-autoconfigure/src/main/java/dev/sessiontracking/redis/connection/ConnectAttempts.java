// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.SslOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes attempts to connect. One attempt includes every address of the host and, if the server needs it, the older
 * protocol. Thread-safe.
 */
final class ConnectAttempts {

    private final RedisUrl url;

    private final RedisProperties properties;

    private final @Nullable SslOptions ssl;

    private final EveryAddress addresses;

    private final AbstractRedisClient client;

    private final @Nullable AbstractRedisClient nodeClient;

    private final AtomicBoolean oldProtocolTried = new AtomicBoolean();

    ConnectAttempts(
            RedisUrl url,
            RedisProperties properties,
            @Nullable SslOptions ssl,
            EveryAddress addresses,
            AbstractRedisClient client,
            @Nullable AbstractRedisClient nodeClient) {
        this.url = url;
        this.properties = properties;
        this.ssl = ssl;
        this.addresses = addresses;
        this.client = client;
        this.nodeClient = nodeClient;
        speak(null);
    }

    private void speak(@Nullable ProtocolVersion protocol) {
        LettuceClients.configure(client, properties, ssl, protocol);
        if (nodeClient != null) {
            LettuceClients.configure(nodeClient, properties, ssl, protocol);
        }
    }

    /** @param connect connects and waits */
    <C> CompletableFuture<C> make(Supplier<C> connect) {
        int tried = 0;
        while (true) {
            try {
                return CompletableFuture.completedFuture(connect.get());
            } catch (RedisException failure) {
                if (RefusedLogins.isHelloRefused(failure) && oldProtocolTried.compareAndSet(false, true)) {
                    return withOldProtocol(connect);
                }
                if (++tried >= addresses.found()) {
                    return CompletableFuture.failedFuture(explained(failure));
                }
                addresses.failed();
            }
        }
    }

    /**
     * Proxies reject HELLO, or a login within HELLO, in different ways, although AUTH works. With the older protocol,
     * Redis cannot send invalidations, so there is no near cache.
     */
    private <C> CompletableFuture<C> withOldProtocol(Supplier<C> connect) {
        try {
            speak(ProtocolVersion.RESP2);
            return CompletableFuture.completedFuture(connect.get());
        } catch (RedisException failure) {
            speak(null);
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** Detects a wrong transport, which the server does not report: it expects TLS, or does not support it. */
    private Throwable explained(RedisException failure) {
        boolean isOther = Misconfiguration.of(failure) == null
                && RedisFailures.mayBeWrongTransport(failure)
                && TransportProbe.isOther(url.addresses().get(0), url.tls(), properties.connectTimeout());
        return isOther ? new Misconfiguration.WrongTransportException(url.tls(), failure) : failure;
    }
}
