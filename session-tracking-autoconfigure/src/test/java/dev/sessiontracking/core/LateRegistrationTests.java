// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.SessionCreated;
import dev.sessiontracking.SessionEvent.SessionRenewed;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The session of a login that the store did not see, and what not-before markers mean for it and for other sessions. */
class LateRegistrationTests {

    private static final Duration TTL = Duration.ofDays(7);

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private static final Instant LOGIN = NOW.minusSeconds(60);

    private final MutableClock clock = MutableClock.startingAt(NOW);

    private final SwitchableStore store = new SwitchableStore().withMarkers(clock);

    private final CachingReaderStub reader = new CachingReaderStub(clock);

    private final RecordingListener listener = new RecordingListener();

    private final SessionTracking tracking = tracking(OutagePolicy.PLAIN_JWT);

    private final SessionService service = tracking.service();

    private SessionTracking tracking(OutagePolicy policy) {
        return new SessionTracking(
                store,
                reader,
                new Settings(policy, Lifetimes.of(TTL), TTL, 100),
                clock,
                new SessionTracking.Collaborators(() -> List.of(listener), StoreObserver.NO_OP, PrincipalSource.NONE));
    }

    @AfterEach
    void close() {
        store.recoverSilently();
        tracking.close();
    }

    private static Optional<UserSession> register(SessionService service, String user, String id) {
        return service.registerSession(user, id, SessionMetadata.none(), LOGIN, NOW.plusSeconds(600));
    }

    private Optional<UserSession> register(String id) {
        return register(service, "alice", id);
    }

    @Test
    void registeredSessionIsAsOldAsTheLogin() {
        reader.renewLease();
        reader.cache.putAbsent("a");
        UserSession session = register("a").orElseThrow();
        assertThat(session.createdAt()).isEqualTo(LOGIN);
        assertThat(session.expiresAt()).isEqualTo(NOW.plus(TTL));
        assertThat(session.tracked()).isTrue();
        assertThat(store.holds("a")).isTrue();
        assertThat(listener.heard()).containsExactly(new SessionCreated(session, LOGIN));
        assertThat(tracking.checker().check(TokenSession.of("a"))).isEqualTo(Result.LIVE_BY_STORE);
        assertThat(store.tokenLife).isEqualTo(Duration.ofSeconds(600 + 300));
        service.registerSession("alice", "b", SessionMetadata.none(), LOGIN, NOW.minusSeconds(1));
        assertThat(store.tokenLife)
                .as("of a token that is accepted a little longer")
                .isEqualTo(Duration.ofSeconds(300));
    }

    @Test
    void sessionsThatGiveWayEnd() {
        for (String id : List.of("a", "b", "c")) {
            register(id);
            store.evicted = List.of(id);
        }
        service.createSession("alice", SessionMetadata.none());
        assertThat(listener.heard(SessionRevoked.class))
                .extracting(SessionRevoked::reason, SessionRevoked::sessionIds)
                .containsExactlyElementsOf(Stream.of("a", "b", "c")
                        .map(id -> tuple(SessionEndReason.LIMIT, List.of(id)))
                        .toList());
    }

    @Test
    void existingSessionOfTheUserIsRenewed() {
        UserSession session = register("a").orElseThrow();
        assertThat(register("a")).contains(session);
        assertThat(listener.heard(SessionRenewed.class)).containsExactly(new SessionRenewed("a", NOW));
        assertThat(listener.heard(SessionCreated.class)).hasSize(1);
    }

    @Test
    void sessionOfAnotherUserStaysAsItIs() {
        register("a");
        assertThat(register(service, "bob", "a")).isEmpty();
        assertThat(listener.heard(SessionRenewed.class)).isEmpty();
        assertThat(service.findSession("a")).map(UserSession::userId).contains("alice");
    }

    @Test
    void sessionThatWasRevokedForGoodIsNotRegistered() {
        assertThat(service.revokeSession("a", NOW.plusSeconds(600))).isFalse();
        // A token may be accepted five minutes longer than it says.
        assertThat(store.forGood("a")).isEqualTo(Duration.ofSeconds(600 + 300));
        assertThat(register("a")).isEmpty();
        assertThat(store.holds("a")).isFalse();
        assertThat(listener.heard()).isEmpty();
        register("b");
        assertThat(service.revokeSession("b", NOW.minusSeconds(300))).isTrue();
        assertThat(store.forGood("b")).as("no token can register it").isNull();
    }

    @Test
    void revocationsThatThisNodeRemembersCoverTheLogin() {
        register("a");
        service.revokeSession("a");
        assertThat(register("a")).isEmpty();
        store.fail();
        service.revokeAllUserSessions("alice");
        store.recoverSilently();
        assertThat(register("b")).isEmpty();
        assertThat(register(service, "bob", "c")).isPresent();
    }

    @Test
    void markerThatTheStoreHasLostCoversTheLoginUnlessItWasCleared() {
        store.putMarker("alice", NotBefore.of(LOGIN, null));
        service.getNotBefore("alice");
        store.putMarker("alice", NotBefore.NONE);
        assertThat(register("a")).isEmpty();
        store.putMarker("alice", NotBefore.CLEARED);
        assertThat(register("a")).isPresent();
    }

    @Test
    void duringAnOutageTheLoginStaysUntracked() {
        store.fail();
        UserSession session = register("a").orElseThrow();
        assertThat(session.tracked()).isFalse();
        assertThat(session.createdAt()).isEqualTo(LOGIN);
        try (SessionTracking strict = tracking(OutagePolicy.REJECT)) {
            assertThatExceptionOfType(SessionStoreUnavailableException.class)
                    .isThrownBy(() -> register(strict.service(), "alice", "a"));
        }
    }

    /** This node began it after the revocation, so it knows that the revocation does not mean it. */
    @Test
    void registeredSessionOfALaterLoginSurvivesAPendingRevocation() {
        store.fail();
        clock.set(LOGIN.minusSeconds(1));
        service.revokeAllUserSessions("alice");
        clock.set(NOW);
        store.recoverSilently();
        assertThat(register("a")).isPresent();
        store.fail();
        assertThat(tracking.checker().check(new TokenSession("a", "alice", null)))
                .isEqualTo(Result.UNVERIFIED);
        assertThat(tracking.checker().check(new TokenSession("b", "alice", null)))
                .isEqualTo(Result.ENDED_BY_DENYLIST);
    }

    // not-before markers

    @Test
    void markerIsToldAndCleared() {
        assertThat(service.getNotBefore("alice")).isEmpty();
        service.revokeAllUserSessions("alice");
        assertThat(service.getNotBefore("alice")).contains(NOW);
        service.clearNotBefore("alice");
        assertThat(store.marker("alice")).isEqualTo(NotBefore.CLEARED);
        assertThat(service.getNotBefore("alice")).isEmpty();
    }

    @Test
    void clearingForgetsWhatThisNodeHasRevoked() {
        store.fail();
        service.revokeAllUserSessions("alice");
        store.recover();
        await().until(() -> tracking.pendingRevocations() == 0);
        service.clearNotBefore("alice");
        store.fail();
        assertThat(tracking.checker().checkWithoutSession("alice", LOGIN)).isEqualTo(Result.UNVERIFIED);
    }

    @Test
    void coveredSessionIsNeitherFoundNorListed() {
        UserSession covered = register("covered").orElseThrow();
        UserSession spared = register("spared").orElseThrow();
        store.putMarker("alice", NotBefore.of(LOGIN, "spared"));
        assertThat(service.findSession(covered.id())).isEmpty();
        assertThat(service.findSession("spared")).contains(spared);
        assertThat(service.getUserSessions("alice")).containsExactly(spared);
    }

    @Test
    void registeredSessionEndsWithTheAbsoluteLifetimeOfTheLogin() {
        Lifetimes limited = new Lifetimes(TTL, Duration.ofDays(1), Duration.ofSeconds(10));
        Settings settings = new Settings(OutagePolicy.PLAIN_JWT, limited, TTL, 100);
        try (SessionTracking limiting = new SessionTracking(store, reader, settings, clock)) {
            assertThat(register(limiting.service(), "alice", "a"))
                    .map(UserSession::maxExpiresAt)
                    .contains(LOGIN.plus(Duration.ofDays(1)));
        }
    }
}
