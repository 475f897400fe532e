// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;

/** The service over a store that a test switches off and on, under both outage policies. */
abstract class TrackedSessionFixture {

    static final Duration TTL = Duration.ofDays(7);

    final MutableClock clock = MutableClock.startingAt(Instant.parse("2030-01-01T00:00:00Z"));

    final SwitchableStore store = new SwitchableStore();

    final Lifetimes lifetimes;

    final SessionTracking lenient;

    final SessionTracking strict;

    final SessionService plainJwt;

    final SessionService reject;

    TrackedSessionFixture() {
        this(Lifetimes.of(TTL));
    }

    TrackedSessionFixture(Lifetimes lifetimes) {
        this.lifetimes = lifetimes;
        this.lenient = tracking(OutagePolicy.PLAIN_JWT);
        this.strict = tracking(OutagePolicy.REJECT);
        this.plainJwt = lenient.service();
        this.reject = strict.service();
    }

    private SessionTracking tracking(OutagePolicy policy) {
        return new SessionTracking(store, null, new Settings(policy, lifetimes, TTL, 100_000), clock);
    }

    @AfterEach
    void close() {
        store.recoverSilently();
        lenient.close();
        strict.close();
    }

    UserSession login(String userId) {
        return plainJwt.createSession(userId, SessionMetadata.of("203.0.113.7", "Firefox"));
    }

    static void assertUnavailable(ThrowingCallable call) {
        assertThatExceptionOfType(SessionStoreUnavailableException.class).isThrownBy(call);
    }
}
