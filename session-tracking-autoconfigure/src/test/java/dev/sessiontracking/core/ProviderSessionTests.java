// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static dev.sessiontracking.testkit.ProviderTokens.CLIENT;
import static dev.sessiontracking.testkit.ProviderTokens.LIFETIME;
import static dev.sessiontracking.testkit.ProviderTokens.PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.FirstUse;
import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Recorded;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import dev.sessiontracking.spi.SessionStore.Providers;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions that may begin again after their revocation: those of an identity provider, and no others. */
class ProviderSessionTests {

    private static final Duration TTL = Duration.ofDays(7);

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final MutableClock clock = MutableClock.startingAt(NOW);

    private final SwitchableStore store = new SwitchableStore().withMarkers(clock);

    private SessionStatus cached = SessionStatus.UNKNOWN;

    private final CachingReader reader = new CachingReader() {
        @Override
        public SessionStatus lookup(String sessionId, @Nullable NotBefore cutoff, @Nullable Instant authenticatedAt) {
            return cached;
        }
    };

    private final SessionTracking ofProvider = tracking(PROVIDER);

    private final SessionTracking ofApplication = tracking(Providers.NONE);

    private SessionTracking tracking(Providers providers) {
        return new SessionTracking(
                store,
                reader,
                new Settings(
                        Mode.ENFORCE,
                        OutagePolicy.PLAIN_JWT,
                        Lifetimes.of(TTL),
                        TTL,
                        100,
                        metadata -> metadata,
                        Limit.NONE,
                        providers),
                clock,
                new SessionTracking.Collaborators(List::of, StoreObserver.NO_OP, PrincipalSource.NONE));
    }

    @AfterEach
    void close() {
        store.recoverSilently();
        ofProvider.close();
        ofApplication.close();
    }

    private void begin(Instant createdAt) {
        store.put(new UserSession("a", "alice", SessionMetadata.none(), createdAt, NOW.plus(TTL), true));
    }

    private void beginAgain(SessionTracking tracking, Duration afterRevocation) {
        begin(NOW.minusSeconds(9));
        tracking.service().revokeSession("a");
        begin(NOW.plus(afterRevocation));
    }

    // the service

    @Test
    void sessionOfAProviderBeginsAgainAfterItsRevocation() {
        beginAgain(ofProvider, Duration.ofMillis(1));
        SessionService service = ofProvider.service();
        assertThat(service.getSessionStatus("a")).isEqualTo(SessionStatus.LIVE);
        assertThat(service.findSession("a")).isPresent();
        assertThat(service.getUserSessions("alice")).hasSize(1);
        assertThat(service.renewSession("a")).isEqualTo(SessionRenewal.RENEWED);
        assertThat(store.renewedTtl).isEqualTo(TTL);
        store.fail();
        assertThat(service.getSessionStatus("a")).isEqualTo(SessionStatus.ENDED);
    }

    @Test
    void sessionOfAProviderThatIsBackHasEnded() {
        beginAgain(ofProvider, Duration.ZERO);
        assertEnded(ofProvider.service());
    }

    @Test
    void sessionOfTheApplicationNeverBeginsAgain() {
        beginAgain(ofApplication, Duration.ofSeconds(1));
        assertEnded(ofApplication.service());
    }

    private static void assertEnded(SessionService service) {
        assertThat(service.getSessionStatus("a")).isEqualTo(SessionStatus.ENDED);
        assertThat(service.findSession("a")).isEmpty();
        assertThat(service.getUserSessions("alice")).isEmpty();
        assertThat(service.renewSession("a")).isEqualTo(SessionRenewal.ENDED);
    }

    // the check

    private Result checkLater() {
        TokenSession token = new TokenSession("a", "alice", NOW, new FirstUse(LIFETIME, NOW.plusSeconds(300), CLIENT));
        return ofProvider.checker().checkLater(token).toCompletableFuture().join();
    }

    @Test
    void readThatHasFilledTheCacheDecides() {
        begin(NOW);
        cached = SessionStatus.LIVE;
        assertThat(checkLater()).isEqualTo(Result.LIVE_BY_STORE);
        cached = SessionStatus.ENDED;
        assertThat(checkLater()).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(store.firstUses()).isEmpty();
    }

    @Test
    void sessionThatTheStoreDoesNotHoldIsRecordedWhateverIsCached() {
        cached = SessionStatus.ENDED;
        store.answerFirstUses(use -> Recorded.LIVE);
        assertThat(checkLater()).isEqualTo(Result.LIVE_BY_STORE);
        assertThat(store.firstUses()).hasSize(1);
    }
}
