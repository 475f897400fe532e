// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.spi.StoreListener;
import io.lettuce.core.RedisCommandTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What listeners hear of several masters. */
class OutagesTests {

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

    private final AtomicLong time = new AtomicLong();

    private final Outages outages = new Outages(executor, time::get);

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private final AtomicBoolean firstAnswers = new AtomicBoolean();

    private final AtomicBoolean secondAnswers = new AtomicBoolean();

    private final Shard first = shard("first", firstAnswers);

    private final Shard second = shard("second", secondAnswers);

    private final AtomicBoolean takesWrites = new AtomicBoolean(true);

    private Shard shard(@Nullable String part, AtomicBoolean answers) {
        return new Shard(
                part,
                "heartbeat",
                (line, key) -> answers.get() && (line == Line.READ || takesWrites.get())
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(new RedisCommandTimeoutException("no answer")),
                failure -> {},
                outages,
                Duration.ofMillis(50));
    }

    private final StoreListener listener = new StoreListener() {
        @Override
        public void unavailable(String reason) {
            heard.add("unavailable, " + reason);
        }

        @Override
        public void partUnavailable(String part, String reason) {
            heard.add(part + " unavailable, " + reason);
        }

        @Override
        public void writesUnavailable(@Nullable String part, String reason) {
            heard.add(part + " takes no writes, " + reason);
        }

        @Override
        public void available() {
            heard.add("available");
        }

        @Override
        public void partReplaced() {
            heard.add("part replaced");
        }
    };

    @BeforeEach
    void listen() {
        outages.listen(listener);
    }

    @AfterEach
    void end() {
        executor.shutdownNow();
    }

    @Test
    void lastFromTheFirstThatGoesToTheLastThatComesBack() {
        first.disconnected("gone");
        second.disconnected("gone");
        secondAnswers.set(true);
        await().until(() -> heard.contains("part replaced"));
        firstAnswers.set(true);
        await().until(() -> heard.contains("available"));
        assertThat(heard)
                .containsExactly("first unavailable, gone", "second unavailable, gone", "part replaced", "available");
    }

    @Test
    void lateListenerHearsOfOneThatLasts() {
        List<String> late = new CopyOnWriteArrayList<>();
        first.disconnected("gone");
        outages.listen(new StoreListener() {
            @Override
            public void unavailable(String reason) {}

            @Override
            public void partUnavailable(String part, String reason) {
                late.add(part + " " + reason);
            }

            @Override
            public void available() {}
        });
        await().until(() -> late.equals(List.of("first gone")));
    }

    @Test
    void partsAreNamedWhileTheyAreAway() {
        first.disconnected("gone");
        second.disconnected("frozen");
        assertThat(outages.parts()).containsExactly("first: gone", "second: frozen");
        firstAnswers.set(true);
        await().untilAsserted(() -> assertThat(outages.parts()).containsExactly("second: frozen"));
        shard(null, new AtomicBoolean()).disconnected("nothing is there");
        assertThat(outages.parts()).isEmpty();
    }

    @Test
    void oneMasterDoesNotCloseAnother() {
        RedisCommandTimeoutException timeout = new RedisCommandTimeoutException("no answer");
        secondAnswers.set(true);
        first.failed(Line.READ, "a", timeout);
        second.failed(Line.READ, "b", timeout);
        await().until(() -> !first.isOpenFor(Line.READ));
        assertThat(second.isOpenFor(Line.READ)).isTrue();
    }

    @Test
    void timeoutIsNoOutageWhileHeartbeatsAreAnswered() {
        firstAnswers.set(true);
        for (int i = 0; i < 100; i++) {
            first.failed(Line.READ, "a", new RedisCommandTimeoutException("no answer"));
        }
        assertThat(first.isOpenFor(Line.READ)).isTrue();
        assertThat(heard).isEmpty();
    }

    @Test
    void lossThatNoRequestMeetsIsToldAsAReplacementOnly() {
        firstAnswers.set(true);
        first.lost("gone");
        await().until(() -> heard.equals(List.of("part replaced")));
    }

    @Test
    void lossThatLastsLongerThanAReconnectIsAnOutageWithoutAnyRequest() {
        first.lost("gone");
        await().until(() -> !first.isOpenFor(Line.READ) && !first.isOpenFor(Line.WRITE));
        assertThat(outages.isOngoing()).isFalse();
        time.set(CircuitBreaker.RECONNECT.toNanos());
        await().until(() -> heard.equals(List.of("first unavailable, gone")));
        firstAnswers.set(true);
        await().until(() -> heard.equals(List.of("first unavailable, gone", "available")));
    }

    @Test
    void lossIsTimedAnewAfterAnAnswer() {
        firstAnswers.set(true);
        first.lost("gone");
        await().until(() -> heard.equals(List.of("part replaced")));
        firstAnswers.set(false);
        time.set(CircuitBreaker.RECONNECT.toNanos());
        first.lost("gone again");
        await().until(() -> !first.isOpenFor(Line.READ) && !first.isOpenFor(Line.WRITE));
        assertThat(outages.isOngoing()).isFalse();
    }

    @Test
    void outageLastsUntilWritesThatFailedFirstAreAnswered() {
        first.lost("gone");
        await().until(() -> !first.isOpenFor(Line.READ) && !first.isOpenFor(Line.WRITE));
        takesWrites.set(false);
        first.failed(Line.READ, "a", new RedisCommandTimeoutException("no answer"));
        firstAnswers.set(true);
        await().until(() -> first.isOpenFor(Line.READ));
        assertThat(outages.isOngoing()).isTrue();
        takesWrites.set(true);
        await().until(() -> heard.contains("available"));
        assertThat(heard).containsExactly("first unavailable, gone", "available");
    }

    @Test
    void replacementWithoutAnOutageIsTold() {
        outages.replaced();
        await().until(() -> heard.equals(List.of("part replaced")));
    }
}
