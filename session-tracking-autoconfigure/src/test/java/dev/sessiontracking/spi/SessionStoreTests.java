// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a store does that implements only what it must. */
class SessionStoreTests {

    private static final Set<String> HELD = Set.of("a", "c");

    private final SessionStore store = (SessionStore) Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, method, arguments) -> method.isDefault()
                    ? InvocationHandler.invokeDefault(proxy, method, arguments)
                    : CompletableFuture.completedFuture(HELD.contains(arguments[0])));

    @Test
    void reappliedRevocationsCountWhatTheStoreHeld() {
        assertThat(store.reapplyRevocations(List.of("a", "b", "c")).toCompletableFuture())
                .isCompletedWithValue(2L);
    }

    @Test
    void storeThatDoesNotDescribeItselfIsNotCalledRedis() {
        assertThat(store.describe().name()).isEqualTo("The session store");
    }
}
