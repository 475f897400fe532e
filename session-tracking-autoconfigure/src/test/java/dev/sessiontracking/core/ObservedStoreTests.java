// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.spi.SessionStore.StoreObserver.Operation;
import dev.sessiontracking.spi.SessionStore.StoreRefusedException;
import dev.sessiontracking.testkit.MutableClock;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is learned from requests to a store, and that no request misses it. */
class ObservedStoreTests {

    private final MutableClock clock = MutableClock.startingNow();

    private final List<String> observed = new ArrayList<>();

    private final ObservedStore store = new ObservedStore(
            new SwitchableStore(),
            CachingReader.NONE,
            (operation, answered, nanos) -> observed.add(operation + " " + answered),
            SessionStore.Providers.NONE,
            Clock.systemUTC());

    private void request(Operation operation, Throwable failure) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        store.watch(operation, () -> answer);
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
        assertThat(SessionStore.class.getMethods())
                .filteredOn(method -> !Modifier.isStatic(method.getModifiers()))
                .extracting(Method::getName)
                // A renewal is a refresh.
                .allMatch(name -> name.equals("renew") || watched.contains(name));
    }

    @Test
    void answersAndFailuresAreObserved() {
        request(Operation.CHECK, null);
        request(Operation.CREATE, new SessionStoreUnavailableException("no answer", null));
        assertThat(observed).containsExactly("CHECK true", "CREATE false");
    }

    @Test
    void observerThatFailsDoesNoHarm() {
        StoreObserver throwing = (operation, answered, nanos) -> {
            throw new IllegalStateException("on purpose");
        };
        ObservedStore failing = new ObservedStore(
                new SwitchableStore(), CachingReader.NONE, throwing, SessionStore.Providers.NONE, Clock.systemUTC());
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

    // near cache

    private static NotBefore at(long seconds) {
        return NotBefore.of(Instant.ofEpochSecond(seconds), null);
    }

    @Test
    void storeIsAskedForAMarkerOnlyIfTheNearCacheHasNoAnswer() {
        SwitchableStore asked = new SwitchableStore().withMarkers(Clock.systemUTC());
        CachingReaderStub reader = new CachingReaderStub(clock);
        ObservedStore caching =
                new ObservedStore(asked, reader, StoreObserver.NO_OP, SessionStore.Providers.NONE, Clock.systemUTC());
        asked.putMarker("alice", at(1));
        assertThat(caching.cachedNotBefore("alice").toCompletableFuture()).isCompletedWithValue(at(1));
        reader.readMarker = CompletableFuture.completedFuture(null);
        assertThat(caching.cachedNotBefore("alice").toCompletableFuture()).isCompletedWithValue(at(1));
        reader.readMarker = CompletableFuture.completedFuture(at(2));
        assertThat(caching.cachedNotBefore("alice").toCompletableFuture()).isCompletedWithValue(at(2));
        reader.cachedMarker = at(3);
        assertThat(caching.cachedNotBefore("alice").toCompletableFuture()).isCompletedWithValue(at(3));
        assertThat(asked.questions()).isEqualTo(2);
    }

    @Test
    void changedMarkerLeavesTheNearCache() {
        CachingReaderStub reader = new CachingReaderStub(clock);
        SwitchableStore changed = new SwitchableStore().withMarkers(Clock.systemUTC());
        ObservedStore caching =
                new ObservedStore(changed, reader, StoreObserver.NO_OP, SessionStore.Providers.NONE, Clock.systemUTC());
        caching.raiseNotBefore("alice", at(1), Duration.ofDays(1), false);
        assertThat(reader.forgottenMarkers).containsExactly("alice");
        caching.clearNotBefore("bob", Duration.ofDays(1));
        assertThat(reader.forgottenMarkers).containsExactly("alice", "bob");
        changed.fail();
        caching.raiseNotBefore("carol", at(1), Duration.ofDays(1), false);
        assertThat(reader.forgottenMarkers).containsExactly("alice", "bob");
    }
}
