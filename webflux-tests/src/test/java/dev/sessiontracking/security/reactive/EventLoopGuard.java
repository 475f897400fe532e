// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;

/** Fails a test if anything has blocked an event loop meanwhile, even if the failure was swallowed. */
public final class EventLoopGuard implements BeforeAllCallback, AfterEachCallback {

    private static final List<Throwable> BLOCKED = new CopyOnWriteArrayList<>();

    static {
        BlockHound.builder()
                .loadIntegrations()
                // Lettuce opens connections with a random id, which the JDK reads from a file.
                .allowBlockingCallsInside("java.security.SecureRandom", "nextBytes")
                // Netty's pool of buffers has a lock that is held for moments.
                .allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator", "allocate")
                // Lettuce's lock of a connection, held for moments. An error within would leave it locked for ever.
                .allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "incrementWriters")
                .allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "lockWritersExclusive")
                .allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "unlockWritersExclusive")
                // The JDK's lock of the timeouts of futures, held for moments.
                .allowBlockingCallsInside("java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue", "offer")
                .allowBlockingCallsInside("java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue", "remove")
                .blockingMethodCallback(method -> {
                    BlockingOperationError error = new BlockingOperationError(method);
                    BLOCKED.add(error);
                    throw error;
                })
                .install();
    }

    /** What has blocked since the last test. */
    static List<Throwable> blocked() {
        return BLOCKED;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        BLOCKED.clear();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        List<Throwable> blocked = List.copyOf(BLOCKED);
        BLOCKED.clear();
        if (!blocked.isEmpty()) {
            AssertionError failure = new AssertionError("An event loop was blocked");
            blocked.forEach(failure::addSuppressed);
            throw failure;
        }
    }
}
