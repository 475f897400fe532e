// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreObserver.Operation;
import dev.sessiontracking.spi.StoreRefusedException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is learned from requests to a store, and that no request misses it. */
class ObservedStoreTests {

    private final List<String> observed = new ArrayList<>();

    private final ObservedStore store = new ObservedStore(
            new SwitchableStore(), (operation, answered, nanos) -> observed.add(operation + " " + answered));

    private void request(Operation operation, Throwable failure) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        store.watch(operation, System.nanoTime(), answer);
        if (failure == null) {
            answer.complete(true);
        } else {
            answer.completeExceptionally(failure);
        }
    }

    @Test
    void everyRequestIsWatched() {
        List<String> watched = Arrays.stream(ObservedStore.class.getDeclaredMethods())
                .map(Method::getName)
                .toList();
        assertThat(SessionStore.class.getMethods()).extracting(Method::getName).allMatch(watched::contains);
    }

    @Test
    void answersAndFailuresAreObserved() {
        request(Operation.CHECK, null);
        request(Operation.CREATE, new SessionStoreUnavailableException("no answer", null));
        assertThat(observed).containsExactly("CHECK true", "CREATE false");
    }

    @Test
    void observerThatFailsDoesNoHarm() {
        ObservedStore failing = new ObservedStore(new SwitchableStore(), (operation, answered, nanos) -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(failing.exists("a").toCompletableFuture()).isCompletedWithValue(false);
    }

    @Test
    void refusalIsRememberedUntilTheStoreDoesIt() {
        request(Operation.RENEW, new StoreRefusedException("a right is missing", null));
        request(Operation.CHECK, null);
        assertThat(store.describe().misconfiguration()).isEqualTo("a right is missing");
        request(Operation.RENEW, null);
        assertThat(store.describe().misconfiguration()).isNull();
    }

    @Test
    void outageIsNoRefusal() {
        request(Operation.RENEW, new SessionStoreUnavailableException("no answer", null));
        assertThat(store.describe().misconfiguration()).isNull();
    }
}
