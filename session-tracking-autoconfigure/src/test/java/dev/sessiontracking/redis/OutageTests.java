// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an application does while there is no server, and when it is back. */
@ExtendWith(OutputCaptureExtension.class)
class OutageTests extends OutageFixture {

    private static void assertUnavailable(Supplier<?> call) {
        timely(() -> assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(call::get));
    }

    private void assertEverythingGoesOnAsPlainJwt(UserSession known) {
        awaitStatus(known.id(), SessionStatus.UNKNOWN);
        assertThat(timely(() -> service.isSessionValid(known.id()))).isTrue();
        assertThat(timely(() -> service.renewSession(known.id()))).isEqualTo(SessionRenewal.UNVERIFIED);
        assertUnavailable(() -> service.findSession(known.id()));
        assertUnavailable(() -> service.getUserSessions("alice"));
        assertUnavailable(() -> service.revokeSession("alice", known.id()));
        UserSession untracked = timely(() -> service.createSession("alice", SessionMetadata.none()));
        assertThat(untracked.tracked()).isFalse();
        assertThat(untracked.claims()).isEmpty();
    }

    // no server at start

    @Test
    void startsAtOnceWithoutAServerAndSaysSoInOneLine(CapturedOutput output) {
        server.kill();
        long start = System.nanoTime();
        startApplication("session.tracking.connect-timeout=30s");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        assertThat(timely(() -> service.getSessionStatus("any"))).isEqualTo(SessionStatus.UNKNOWN);
        await().until(() -> output.getOut().contains("Redis is unavailable"));
        assertThat(output.getOut().lines().filter(line -> line.contains("Redis is unavailable")))
                .singleElement()
                .asString()
                .contains("connection refused", "127.0.0.1:" + server.port());
    }

    @Test
    void connectsInTheBackgroundWhenTheServerComesAndSaysSo(CapturedOutput output) {
        server.kill();
        startApplication();
        UserSession untracked = service.createSession("alice", SessionMetadata.none());
        assertThat(untracked.tracked()).isFalse();
        server.start();
        await().atMost(PATIENCE).until(() -> service.getSessionStatus("any") == SessionStatus.ENDED);
        UserSession session = login();
        assertThat(isInRedis(session.id())).isTrue();
        assertThat(output).contains("Session tracking is on: sessions are in redis://127.0.0.1:" + server.port());
        await().until(() -> output.getOut().contains("Redis is available again"));
        assertThat(output.getOut().lines().filter(line -> line.contains("Redis is unavailable")))
                .hasSize(1);
    }

    // killed

    @Test
    void killedServerMeansPlainJwtUntilItIsBack(CapturedOutput output) {
        startApplication();
        UserSession session = login();
        server.kill();
        assertEverythingGoesOnAsPlainJwt(session);
        server.start();
        awaitStatus(session.id(), SessionStatus.LIVE);
        assertThat(login().tracked()).isTrue();
        await().until(() -> output.getOut().contains("Redis is available again"));
        assertThat(output.getOut().lines().filter(line -> line.contains("Redis is unavailable")))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noCallWaitsAndNoAnswerIsWrongWhileTheServerComesAndGoesUnderTraffic(boolean isKilled) throws Exception {
        Runnable goes = isKilled ? server::kill : server::freeze;
        Runnable comes = isKilled ? server::start : server::thaw;
        startApplication();
        UserSession live = login();
        UserSession revoked = login();
        service.revokeSession(revoked.id());
        try (Traffic traffic = new Traffic(live.id(), revoked.id())) {
            for (int round = 0; round < 3; round++) {
                goes.run();
                awaitStatus(live.id(), SessionStatus.UNKNOWN);
                comes.run();
                awaitStatus(live.id(), SessionStatus.LIVE);
            }
            traffic.assertFine();
        }
    }

    @Test
    void revocationsMadeWhileTheServerIsAwayAreEnforcedAndAppliedAfterwards() {
        startApplication();
        UserSession one = login();
        UserSession current = login();
        UserSession other = login();
        UserSession bobs = login("bob");
        server.kill();
        awaitStatus(one.id(), SessionStatus.UNKNOWN);

        timely(() -> service.revokeSession(one.id()));
        timely(() -> service.revokeOtherUserSessions("alice", current.id()));
        timely(() -> service.revokeAllUserSessions("bob"));
        assertThat(service.getSessionStatus(one.id())).isEqualTo(SessionStatus.ENDED);

        server.start();
        await().atMost(PATIENCE).until(() -> pending() == 0);
        assertThat(isInRedis(one.id())).isFalse();
        assertThat(isInRedis(other.id())).isFalse();
        assertThat(isInRedis(bobs.id())).isFalse();
        assertThat(isInRedis(current.id())).isTrue();
        assertThat(service.getUserSessions("alice")).extracting(UserSession::id).containsExactly(current.id());
    }

    @Test
    void loginsAndLogoutsBeforeAnOutageLeaveRoomForItsRevocations() {
        startApplication("session.tracking.revocation.maximum-remembered=100");
        UserSession one = login();
        UserSession bobs = login("bob");
        for (int i = 0; i < 110; i++) {
            service.revokeSession(login("carol").id());
        }
        server.kill();
        awaitStatus(one.id(), SessionStatus.UNKNOWN);

        assertThat(timely(() -> service.revokeSession(one.id()))).isTrue();
        assertThat(timely(() -> service.revokeAllUserSessions("bob")).pending()).isTrue();
        assertThat(pending()).isEqualTo(2);
        assertThat(service.getSessionStatus(one.id())).isEqualTo(SessionStatus.ENDED);

        server.start();
        await().atMost(PATIENCE).until(() -> pending() == 0);
        assertThat(isInRedis(one.id())).isFalse();
        assertThat(isInRedis(bobs.id())).isFalse();
    }

    private int pending() {
        return application.getBean(SessionTracking.class).pendingRevocations();
    }

    @Test
    void revocationsMadeBeforeTheServerEverCameAreApplied() {
        startApplication();
        UserSession session = login();
        application.close();
        server.stop();
        startApplication();
        service.revokeSession(session.id());
        service.revokeAllUserSessions("alice");
        server.start();
        await().atMost(PATIENCE).until(() -> pending() == 0);
        assertThat(isInRedis(session.id())).isFalse();
    }

    // frozen

    @Test
    void frozenServerMeansPlainJwtUntilItThaws() {
        startApplication();
        UserSession session = login();
        server.freeze();
        assertEverythingGoesOnAsPlainJwt(session);
        server.thaw();
        awaitStatus(session.id(), SessionStatus.LIVE);
    }

    @Test
    void revocationMadeWhileTheServerIsFrozenIsEnforcedAndApplied() {
        startApplication();
        UserSession session = login();
        server.freeze();
        timely(() -> service.revokeSession(session.id()));
        assertThat(service.getSessionStatus(session.id())).isEqualTo(SessionStatus.ENDED);
        server.thaw();
        await().atMost(PATIENCE).until(() -> !isInRedis(session.id()) && pending() == 0);
        assertThat(service.getSessionStatus(session.id())).isEqualTo(SessionStatus.ENDED);
    }

    /** Requests that never stop, and what was wrong with any of them. */
    private final class Traffic implements AutoCloseable {

        private final AtomicBoolean over = new AtomicBoolean();

        private final AtomicLong calls = new AtomicLong();

        private final AtomicLong longest = new AtomicLong();

        private final Set<String> wrong = ConcurrentHashMap.newKeySet();

        private final Thread[] threads = new Thread[4];

        Traffic(String liveId, String revokedId) {
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> run(liveId, revokedId), "traffic");
                threads[i].start();
            }
        }

        private void run(String liveId, String revokedId) {
            while (!over.get()) {
                try {
                    long start = System.nanoTime();
                    if (service.getSessionStatus(liveId) == SessionStatus.ENDED) {
                        wrong.add("a live session ended");
                    }
                    long time = System.nanoTime() - start;
                    longest.accumulateAndGet(time, Math::max);
                    if (service.getSessionStatus(revokedId) != SessionStatus.ENDED) {
                        wrong.add("a revoked session was let in");
                    }
                    calls.incrementAndGet();
                    // Other tests run beside this one.
                    LockSupport.parkNanos(100_000);
                } catch (RuntimeException unexpected) {
                    wrong.add(unexpected.toString());
                }
            }
        }

        void assertFine() {
            assertThat(wrong).isEmpty();
            assertThat(calls.get()).isGreaterThan(100);
            assertThat(Duration.ofNanos(longest.get())).isLessThan(LONGEST_CALL);
        }

        @Override
        public void close() throws InterruptedException {
            over.set(true);
            for (Thread thread : threads) {
                thread.join(5_000);
            }
        }
    }
}
