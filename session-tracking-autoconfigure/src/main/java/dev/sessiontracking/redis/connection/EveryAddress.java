// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Resolves a host name to the address that failed least recently. Without this class, Netty always uses the first
 * address. An address fails if no connection is made, or if the connection closes before the server has sent anything.
 * Thread-safe.
 */
final class EveryAddress extends AddressResolverGroup<InetSocketAddress> {

    private static final int MOST_REMEMBERED = 1_000;

    private final AddressResolverGroup<InetSocketAddress> names;

    private final Map<SocketAddress, Long> failed = new ConcurrentHashMap<>();

    private volatile int found = 1;

    /** @param names resolves a name to its addresses; it is not closed here */
    @SuppressWarnings("unchecked")
    EveryAddress(AddressResolverGroup<?> names) {
        this.names = (AddressResolverGroup<InetSocketAddress>) names;
    }

    /** The number of addresses of the name that was resolved last. */
    int found() {
        return found;
    }

    void watch(Channel channel) {
        channel.pipeline().addFirst(new Watch());
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        AddressResolver<InetSocketAddress> all = names.getResolver(executor);
        return new AbstractAddressResolver<>(executor, InetSocketAddress.class) {
            @Override
            protected boolean doIsResolved(InetSocketAddress address) {
                return !address.isUnresolved();
            }

            @Override
            protected void doResolve(InetSocketAddress name, Promise<InetSocketAddress> promise) {
                all.resolveAll(name).addListener((Future<List<InetSocketAddress>> addresses) -> {
                    if (addresses.isSuccess()) {
                        promise.trySuccess(leastRecentlyFailed(addresses.getNow()));
                    } else {
                        promise.tryFailure(addresses.cause());
                    }
                });
            }

            @Override
            protected void doResolveAll(InetSocketAddress name, Promise<List<InetSocketAddress>> promise) {
                all.resolveAll(name, promise);
            }
        };
    }

    private InetSocketAddress leastRecentlyFailed(List<InetSocketAddress> addresses) {
        found = addresses.size();
        return addresses.stream()
                .min(Comparator.comparing(address -> failed.getOrDefault(address, Long.MIN_VALUE)))
                .orElseThrow();
    }

    private void failed(SocketAddress address) {
        if (failed.size() < MOST_REMEMBERED) {
            failed.put(address, System.nanoTime());
        }
    }

    /** Observes one connection. */
    private final class Watch extends ChannelDuplexHandler {

        private boolean connecting;

        private SocketAddress address = new InetSocketAddress(0);

        @Override
        public void connect(
                ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            connecting = true;
            address = Objects.requireNonNull(remote);
            context.connect(remote, local, promise.addListener(made -> {
                if (!made.isSuccess()) {
                    failed(address);
                }
            }));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (connecting) {
                connecting = false;
                failed.remove(address);
            }
            context.fireChannelRead(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (connecting) {
                failed(address);
            }
            context.fireChannelInactive();
        }
    }
}
