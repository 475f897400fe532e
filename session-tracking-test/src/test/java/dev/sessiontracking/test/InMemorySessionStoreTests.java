// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class InMemorySessionStoreTests extends SessionStoreContractTests {

    private final InMemorySessionStore store = new InMemorySessionStore();

    @Override
    protected SessionStore store() {
        return store;
    }

    @Nested
    class Rotation extends SessionStoreRefreshContractTests {

        @Override
        protected SessionStore store() {
            return store;
        }
    }

    @Nested
    class FirstUses extends SessionStoreFirstUseContractTests {

        @Override
        protected SessionStore store() {
            return store;
        }
    }

    @Nested
    class Markers extends SessionStoreMarkerContractTests {

        @Override
        protected SessionStore store() {
            return store;
        }
    }

    @Test
    void outageIsAnExceptionAndLosesNothing() {
        created("a", alice);
        store.beginOutage();
        assertThatThrownBy(() -> store.exists(id("a")).toCompletableFuture().join())
                .hasCauseInstanceOf(SessionStoreUnavailableException.class);
        assertThatThrownBy(() -> store.create(session("b", alice), TTL)
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(SessionStoreUnavailableException.class);
        store.endOutage();
        assertThat(listed(alice)).containsExactly(id("a"));
    }

    @Test
    void listenersHearOfEachOutageOnce() {
        List<String> heard = new ArrayList<>();
        store.listen(new Recorder("first", heard));
        store.endOutage();
        store.beginOutage();
        store.beginOutage();
        store.listen(new Recorder("late", heard));
        store.endOutage();
        assertThat(heard).containsExactly("first unavailable", "late unavailable", "first available", "late available");
    }

    @Test
    void clearedStoreIsEmpty() {
        created("a", alice);
        answer(store.revoke(id("b"), null, new SessionChange.End(SessionEndReason.REVOKED, Duration.ZERO, TTL)));
        answer(store.raiseNotBefore(alice, NotBefore.of(null, null), TTL, false));
        assertThat(store.markedUsers()).containsExactly(alice);
        store.clear();
        assertThat(listed(alice)).isEmpty();
        assertThat(answer(store.create(session("b", alice), TTL))).isPresent();
        assertThat(answer(store.notBefore(alice))).isEqualTo(NotBefore.NONE);
    }

    @Test
    void clockDecidesWhenSessionsAndMarkersExpire() {
        Instant[] time = {Instant.parse("2026-01-01T00:00:00Z")};
        InMemorySessionStore timed = new InMemorySessionStore(new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return time[0];
            }
        });
        UserSession session = answer(timed.create(session("a", alice), TTL)).orElseThrow();
        answer(timed.raiseNotBefore(bob, NotBefore.of(null, null), TTL, false));
        answer(timed.refresh(id("a"), new SessionChange.Refresh(null, TTL, null, null, 0L, Duration.ofSeconds(10))));
        time[0] = time[0].plusSeconds(10);
        assertThat(answer(timed.refresh(
                                id("a"), new SessionChange.Refresh(null, TTL, null, null, 0L, Duration.ofSeconds(10))))
                        .result())
                .isEqualTo(SessionChange.Refreshed.Result.REUSED);
        assertThat(session.createdAt()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        time[0] = session.expiresAt();
        assertThat(answer(timed.exists(id("a")))).isFalse();
        assertThat(answer(timed.notBefore(bob))).isEqualTo(NotBefore.NONE);
    }

    private record Recorder(String name, List<String> heard) implements StoreListener {

        @Override
        public void unavailable(String reason) {
            heard.add(name + " unavailable");
        }

        @Override
        public void available() {
            heard.add(name + " available");
        }
    }
}
