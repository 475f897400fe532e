// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Resolves a host name to one of its addresses, and to another one after each failure. Without this class, Netty always
 * uses the first address. Thread-safe.
 */
final class EveryAddress extends AddressResolverGroup<InetSocketAddress> {

    private final AddressResolverGroup<InetSocketAddress> names;

    private final AtomicInteger failures = new AtomicInteger();

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

    /** Called when no connection was made. */
    void failed() {
        failures.incrementAndGet();
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
                        promise.trySuccess(next(addresses.getNow()));
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

    private InetSocketAddress next(List<InetSocketAddress> addresses) {
        found = addresses.size();
        return addresses.get(Math.floorMod(failures.get(), addresses.size()));
    }
}
