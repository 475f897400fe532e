// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.OutagePolicy;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Callers who revoke the same session at the same time. */
class RevokerRaceTests {

    @Test
    void sessionRevokedTwiceAtOnceStaysRevokedDuringAnOutage() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        SwitchableStore store = new SwitchableStore();
        try (SessionTracking tracking = new SessionTracking(
                store,
                null,
                new Settings(OutagePolicy.PLAIN_JWT, Lifetimes.of(Duration.ofDays(1)), Duration.ofDays(1), 100_000),
                Clock.systemUTC())) {
            SessionService service = tracking.service();
            for (int round = 0; round < 5_000; round++) {
                UserSession session = service.createSession("alice", SessionMetadata.none());
                CyclicBarrier start = new CyclicBarrier(2);
                Callable<Boolean> revocation = () -> {
                    start.await();
                    return service.revokeSession(session.id());
                };
                List<Future<Boolean>> results = List.of(threads.submit(revocation), threads.submit(revocation));
                assertThat(results.get(0).get(10, TimeUnit.SECONDS))
                        .isNotEqualTo(results.get(1).get(10, TimeUnit.SECONDS));
                store.fail();
                assertThat(service.getSessionStatus(session.id())).isEqualTo(SessionStatus.ENDED);
                store.recoverSilently();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void madeUpIdRevokedByManyAtOnceIsNotRemembered() throws Exception {
        int callers = 4;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try (SessionTracking tracking = new SessionTracking(
                new SwitchableStore(),
                null,
                new Settings(OutagePolicy.PLAIN_JWT, Lifetimes.of(Duration.ofDays(1)), Duration.ofDays(1), 100_000),
                Clock.systemUTC())) {
            CyclicBarrier start = new CyclicBarrier(callers);
            for (int round = 0; round < 2_000; round++) {
                String madeUp = "made-up-" + round;
                Callable<Boolean> revocation = () -> {
                    start.await();
                    return tracking.service().revokeSession(madeUp);
                };
                for (Future<Boolean> result : threads.invokeAll(Collections.nCopies(callers, revocation))) {
                    assertThat(result.get(10, TimeUnit.SECONDS)).isFalse();
                }
            }
            assertThat(tracking.rememberedRevocations()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }
}
