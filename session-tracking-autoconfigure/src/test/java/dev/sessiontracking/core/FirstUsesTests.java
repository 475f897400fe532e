// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static dev.sessiontracking.testkit.ProviderTokens.CLIENT;
import static dev.sessiontracking.testkit.ProviderTokens.LIFETIME;
import static dev.sessiontracking.testkit.ProviderTokens.PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.SessionCreated;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionChange.FirstUse;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionChange.Recorded;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the first use of an identity provider's session asks the store, and what follows from its answers. */
class FirstUsesTests {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private static final Instant LOGIN = NOW.minusSeconds(90);

    private static final SessionMetadata KEPT = SessionMetadata.of("203.0.113.0", null);

    private final MutableClock clock = MutableClock.startingAt(NOW.plusNanos(1_234_567));

    private final SwitchableStore store = new SwitchableStore().withMarkers(clock);

    private final Map<String, Instant> ended = new HashMap<>();

    private final List<String> invalidated = new ArrayList<>();

    private final CachingReader reader = new CachingReader() {
        @Override
        public void keepEnded(String sessionId, Instant until) {
            ended.put(sessionId, until);
        }

        @Override
        public void invalidate(String sessionId) {
            invalidated.add(sessionId);
        }
    };

    private final RecordingListener listener = new RecordingListener();

    private final SessionTracking tracking = new SessionTracking(
            store,
            reader,
            new Settings(
                    Mode.ENFORCE,
                    OutagePolicy.PLAIN_JWT,
                    Lifetimes.of(Duration.ofDays(7)),
                    Duration.ofDays(7),
                    100,
                    metadata -> KEPT,
                    Limit.NONE,
                    PROVIDER),
            clock,
            new SessionTracking.Collaborators(() -> List.of(listener), StoreObserver.NO_OP, PrincipalSource.NONE));

    private final SessionChecker checker = tracking.checker();

    @AfterEach
    void close() {
        store.recoverSilently();
        tracking.close();
    }

    private static TokenSession token(@Nullable Instant authenticatedAt) {
        return token(authenticatedAt, NOW.plusSeconds(300));
    }

    private static TokenSession token(@Nullable Instant authenticatedAt, Instant expiresAt) {
        return new TokenSession(
                "sid", "alice", authenticatedAt, new SessionChecker.FirstUse(LIFETIME, expiresAt, CLIENT));
    }

    private UserSession recorded(TokenSession token) {
        store.answerFirstUses(use -> new Recorded(use.session(), true, Instant.EPOCH, List.of()));
        assertThat(checker.check(token)).isEqualTo(Result.LIVE_BY_STORE);
        return store.firstUses().get(store.firstUses().size() - 1).session();
    }

    @Test
    void sessionBeginsWithTheAuthenticationAndIsUsedNow() {
        Instant now = NOW.plusMillis(1);

        UserSession session = recorded(token(LOGIN));

        assertThat(session.id()).isEqualTo("sid");
        assertThat(session.userId()).isEqualTo("alice");
        assertThat(session.createdAt()).isEqualTo(LOGIN);
        assertThat(session.expiresAt()).isEqualTo(now.plus(LIFETIME));
        assertThat(session.maxExpiresAt()).isNull();
        assertThat(session.lastUse().at()).isEqualTo(now);
        assertThat(session.tracked()).isTrue();
        assertThat(store.firstUses().get(0).use()).isEqualTo(new FirstUse(LOGIN, false));
        assertThat(store.firstUses().get(0).lifetime()).isEqualTo(LIFETIME);
        assertThat(invalidated).contains("sid");
        assertThat(ended).isEmpty();
    }

    @Test
    void sessionWithoutTimeOfAuthenticationBeginsNow() {
        assertThat(recorded(token(null)).createdAt()).isEqualTo(NOW.plusMillis(1));
        assertThat(store.firstUses().get(0).use().authenticatedAt()).isNull();
    }

    /** As a decoder accepts a token for longer than it says. */
    @ParameterizedTest
    @CsvSource({"300, 36000", "35699, 36000", "36000, 36300", "-99, 36000", "9999999999999, 315360000"})
    void recordOutlivesTheToken(long tokenSeconds, long seconds) {
        clock.advance(Duration.ofNanos(-1_234_567));
        recorded(token(LOGIN, NOW.plusSeconds(tokenSeconds)));

        assertThat(store.firstUses().get(0).lifetime()).hasSeconds(seconds);
    }

    @Test
    void eventHasTheMetadataThatIsKept() {
        tracking.listenersAreReady();

        UserSession session = recorded(token(LOGIN));

        assertThat(session.metadata()).isEqualTo(KEPT);
        await().untilAsserted(
                        () -> assertThat(listener.heard(SessionCreated.class)).hasSize(1));
        UserSession told = listener.heard(SessionCreated.class).get(0).session();
        assertThat(told.metadata()).isEqualTo(KEPT);
        assertThat(told.lastUse().metadata()).isEqualTo(KEPT);
    }

    @Test
    void sessionThatWasRecordedBeforeIsNoEvent() {
        tracking.listenersAreReady();
        store.answerFirstUses(use -> Recorded.LIVE);
        invalidated.clear();

        assertThat(checker.check(token(LOGIN))).isEqualTo(Result.LIVE_BY_STORE);

        assertThat(invalidated).isEmpty();
        recorded(new TokenSession("other", "bob", LOGIN, token(LOGIN).firstUse()));
        await().until(() -> !listener.heard().isEmpty());
        assertThat(listener.heard(SessionCreated.class))
                .extracting(event -> event.session().id())
                .containsExactly("other");
    }

    @Test
    void sessionThatHasEndedIsKeptInMemory() {
        store.answerFirstUses(use -> Recorded.ended(NOW.minusSeconds(5)));

        assertThat(checker.check(token(LOGIN))).isEqualTo(Result.ENDED_BY_STORE);

        assertThat(ended).containsOnly(Map.entry("sid", NOW.minusSeconds(5)));
    }

    @Test
    void sessionsBeyondTheCapEnd() {
        tracking.listenersAreReady();
        store.put(new UserSession("old", "alice", SessionMetadata.none(), LOGIN, NOW.plus(LIFETIME), true));
        store.put(new UserSession("strange", "bob", SessionMetadata.none(), LOGIN, NOW.plus(LIFETIME), true));
        store.answerFirstUses(use -> new Recorded(use.session(), true, Instant.EPOCH, List.of("old", "strange")));

        assertThat(checker.check(token(LOGIN)).status()).isEqualTo(SessionStatus.LIVE);

        await().until(() -> !listener.heard(SessionRevoked.class).isEmpty());
        SessionRevoked event = listener.heard(SessionRevoked.class).get(0);
        assertThat(event.sessionIds()).containsExactly("old");
        assertThat(event.reason()).isEqualTo(SessionEndReason.LIMIT);
        assertThat(store.holds("strange")).isTrue();
    }

    @Test
    void sessionThatTheStoreHoldsIsComparedWithItsState() {
        store.put(new UserSession("sid", "alice", SessionMetadata.none(), LOGIN, NOW.plus(LIFETIME), true));
        store.putMarker("alice", NotBefore.of(NOW, null));
        store.answerFirstUses(use -> Recorded.LIVE);

        // Its own value decides, as for every session that is there.
        assertThat(checker.check(token(LOGIN))).isEqualTo(Result.LIVE_BY_STORE);

        assertThat(store.firstUses().get(0).use().isFound()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"-91,, LIVE", "-90,, ENDED", "-89,, ENDED", "-80, sid, LIVE", "-80, other, ENDED"})
    void markerOfTheUserCoversTheAuthentication(long markerSeconds, @Nullable String spared, SessionStatus status) {
        store.putMarker("alice", NotBefore.of(NOW.plusSeconds(markerSeconds), spared));
        store.answerFirstUses(use -> Recorded.LIVE);

        assertThat(checker.check(token(LOGIN)).status()).isEqualTo(status);
        assertThat(store.firstUses()).hasSize(status == SessionStatus.LIVE ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({"sid, LIVE", "other, ENDED", ", ENDED"})
    void markerOfTheUserCoversTokensWithoutTimeOfAuthentication(@Nullable String spared, SessionStatus status) {
        store.putMarker("alice", NotBefore.of(NOW.minusSeconds(9_999), spared));
        store.answerFirstUses(use -> Recorded.LIVE);

        assertThat(checker.check(token(null)).status()).isEqualTo(status);
    }

    @Test
    void clearedMarkerCoversNothing() {
        store.putMarker("alice", NotBefore.CLEARED);
        store.answerFirstUses(use -> Recorded.LIVE);

        assertThat(checker.check(token(null)).status()).isEqualTo(SessionStatus.LIVE);
    }

    @Test
    void cutoffCoversTheAuthentication() {
        tracking.service().revokeAllSessions(NOW.minusSeconds(50));
        store.answerFirstUses(use -> Recorded.LIVE);

        assertThat(checker.check(token(LOGIN))).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(checker.check(token(null))).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(store.firstUses()).isEmpty();
        assertThat(checker.check(token(NOW.minusSeconds(9))).status()).isEqualTo(SessionStatus.LIVE);
    }

    /** The marker in the store may be lost. */
    @Test
    void revocationOfTheUserThatThisNodeRemembersCoversTheAuthentication() {
        tracking.service().revokeAllUserSessions("alice");
        store.fail();
        tracking.service().revokeAllUserSessions("alice");
        store.recoverSilently();
        store.putMarker("alice", NotBefore.NONE);
        store.answerFirstUses(use -> Recorded.LIVE);

        assertThat(checker.check(token(LOGIN)).status()).isEqualTo(SessionStatus.ENDED);
        assertThat(store.firstUses()).isEmpty();
    }

    @Test
    void storeThatDoesNotAnswerLeavesTheTokenUnverified() {
        store.answerFirstUses(use -> {
            throw new SessionStoreUnavailableException("switched off", null);
        });

        assertThat(checker.check(token(LOGIN))).isEqualTo(Result.UNVERIFIED);
        assertThat(ended).isEmpty();
    }

    @Test
    void usesOfTheSameAuthenticationShareOneRequest() {
        CompletableFuture<Recorded> answer = new CompletableFuture<>();
        store.answerFirstUsesLater(answer);

        List<CompletableFuture<Result>> checks = new ArrayList<>();
        for (TokenSession token : List.of(token(LOGIN), token(LOGIN), token(LOGIN.plusSeconds(1)), token(null))) {
            checks.add(checker.checkLater(token).toCompletableFuture());
        }

        assertThat(store.firstUses())
                .extracting(one -> one.use().authenticatedAt())
                .containsExactly(LOGIN, LOGIN.plusSeconds(1), null);
        clock.advance(CoalescedReads.SHARED_FOR.plusMillis(1));
        checks.add(checker.checkLater(token(LOGIN)).toCompletableFuture());
        assertThat(store.firstUses()).hasSize(4);
        answer.complete(Recorded.ended(NOW));
        assertThat(checks).allSatisfy(check -> assertThat(check).isCompletedWithValue(Result.ENDED_BY_STORE));
    }
}
