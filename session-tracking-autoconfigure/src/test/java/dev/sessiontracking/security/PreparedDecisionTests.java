// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RequestRejected.Reason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.core.SessionChecker.FirstUse;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.security.chain.RequestSessions;
import dev.sessiontracking.spi.OutagePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Decisions that are prepared without blocking, and how they are reported. */
class PreparedDecisionTests {

    private final Engine sessions = new Engine();

    private final List<String> reports = new ArrayList<>();

    private final SessionTokenEvaluator evaluator = evaluator();

    private final RequestSessionState state = new RequestSessionState();

    private SessionTokenEvaluator evaluator() {
        return sessions.evaluator(new RejectionSink() {
            @Override
            public void rejected(Reason reason, @Nullable String sessionId, @Nullable String userId) {
                reports.add("rejected " + reason + " " + sessionId + " " + userId);
            }

            @Override
            public void observed(Reason reason, @Nullable String sessionId, @Nullable String userId) {
                reports.add("observed " + reason + " " + sessionId + " " + userId);
            }
        });
    }

    /** Answers when the test says so. */
    private static final class Engine extends RecordingSessions {

        private @Nullable Result now;

        private Mode mode = Mode.ENFORCE;

        private CompletableFuture<Result> later = new CompletableFuture<>();

        @Override
        public @Nullable Result checkNow(TokenSession session) {
            return now;
        }

        @Override
        public CompletionStage<Result> checkLater(TokenSession session) {
            return later;
        }

        @Override
        public CompletionStage<Result> checkWithoutSessionLater(String userId, @Nullable Instant authenticatedAt) {
            return later;
        }

        @Override
        public Mode mode() {
            return mode;
        }
    }

    private SessionClaim named(String id) {
        return evaluator.read(Map.of("sid", id, "sub", "alice"));
    }

    private SessionClaim ofUser() {
        return evaluator.read(Map.of("sub", "alice"));
    }

    @Test
    void answerFromMemoryNeedsNoStage() {
        sessions.now = Result.LIVE_BY_CACHE;
        assertThat(evaluator.prepare(named("a"), state)).isNull();
        assertThat(state.answer(named("a"))).isEqualTo(Result.LIVE_BY_CACHE);
        assertThat(evaluator.decide(named("a"), state)).isEqualTo(SessionDecision.LIVE);
        assertThat(sessions.lookups()).isEmpty();
    }

    @Test
    void laterAnswerIsWaitedForOnceAndUsed() {
        CompletionStage<Void> prepared = evaluator.prepare(named("a"), state);
        assertThat(prepared.toCompletableFuture()).isNotDone();
        assertThat(state.answer(named("a"))).isNull();
        sessions.later.complete(Result.ENDED_BY_STORE);
        assertThat(prepared.toCompletableFuture()).isCompleted();
        assertThat(evaluator.prepare(named("a"), state)).isNull();
        assertThat(evaluator.decide(named("a"), state)).isEqualTo(SessionDecision.ENDED);
        assertThat(sessions.lookups()).isEmpty();
        assertThat(reports).containsExactly("rejected ENDED a alice");
        assertThat(evaluator.prepare(named("a"), state)).isNull();
    }

    @Test
    void answerThatIsThereAlreadyNeedsNoStage() {
        sessions.later.complete(Result.LIVE_BY_STORE);
        assertThat(evaluator.prepare(named("a"), state)).isNull();
        assertThat(state.answer(named("a"))).isEqualTo(Result.LIVE_BY_STORE);
    }

    @Test
    void whatIsDecidedNeedsNoAnswer() {
        state.remember(named("a").session(), SessionDecision.LIVE);
        assertThat(evaluator.prepare(named("a"), state)).isNull();
        assertThat(state.answer(named("a"))).isNull();
        assertThat(evaluator.prepare(evaluator.read(Map.of("sid", List.of(42))), state))
                .isNull();
        assertThat(evaluator.prepare(evaluator.read(Map.of()), state)).isNull();
    }

    @Test
    void tokenWithoutASessionIsPreparedByItsUser() {
        CompletionStage<Void> prepared = evaluator.prepare(ofUser(), state);
        assertThat(prepared.toCompletableFuture()).isNotDone();
        sessions.later.complete(Result.ENDED_BY_STORE);
        assertThat(state.answer(ofUser())).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(evaluator.decide(ofUser(), state)).isEqualTo(SessionDecision.ENDED);
        assertThat(reports).containsExactly("rejected ENDED null alice");
    }

    @Test
    void acceptableIsWhatTheAnswerOrTheDecisionAccepts() {
        assertThat(evaluator.isAcceptable(named("a"), state))
                .as("nothing known")
                .isFalse();
        assertThat(evaluator.isAcceptable(evaluator.read(Map.of("sid", List.of(42))), state))
                .isFalse();
        assertThat(evaluator.isAcceptable(ofUser(), state)).isFalse();
        assertThat(evaluator.isAcceptable(evaluator.read(Map.of()), state)).isTrue();
        state.answered(named("live"), Result.LIVE_BY_STORE);
        state.answered(named("ended"), Result.ENDED_BY_STORE);
        state.answered(named("unverified"), Result.UNVERIFIED);
        assertThat(evaluator.isAcceptable(named("live"), state)).isTrue();
        assertThat(evaluator.isAcceptable(named("ended"), state)).isFalse();
        sessions.goDown(OutagePolicy.PLAIN_JWT);
        assertThat(evaluator.isAcceptable(named("unverified"), state)).isTrue();
        sessions.goDown(OutagePolicy.REJECT);
        assertThat(evaluator.isAcceptable(named("unverified"), state)).isFalse();
        state.remember(named("ended").session(), SessionDecision.LIVE);
        assertThat(evaluator.isAcceptable(named("ended"), state)).isTrue();
        state.remember(named("live").session(), SessionDecision.ENDED);
        assertThat(evaluator.isAcceptable(named("live"), state)).isFalse();
        assertThat(reports).isEmpty();
    }

    @Test
    void exemptRequestPassesUnverifiedUnderReject() {
        sessions.goDown(OutagePolicy.REJECT);
        state.answered(named("a"), Result.UNVERIFIED);
        state.answered(ofUser(), Result.UNVERIFIED);
        assertThat(evaluator.decide(ofUser(), state)).isEqualTo(SessionDecision.UNAVAILABLE);
        state.exemptFromOutage(any -> true, "request");
        assertThat(evaluator.isAcceptable(named("a"), state)).isTrue();
        assertThat(evaluator.decide(named("a"), state)).isEqualTo(SessionDecision.UNVERIFIED);
        assertThat(evaluator.decide(ofUser(), state)).isEqualTo(SessionDecision.PLAIN);
        assertThat(reports).containsExactly("rejected UNAVAILABLE null alice");
    }

    @Test
    void rejectionsAreReported() {
        sessions.goDown(OutagePolicy.REJECT);
        assertThat(evaluator.decide(named("a"), state)).isEqualTo(SessionDecision.UNAVAILABLE);
        evaluator.decide(evaluator.read(Map.of("sid", List.of(42))), state);
        evaluator.rejectedUnverified(named("b"));
        assertThat(evaluator.rejectsUndetermined()).isTrue();
        assertThat(reports)
                .containsExactly(
                        "rejected UNAVAILABLE a alice",
                        "rejected UNUSABLE null null",
                        "rejected UNAVAILABLE b alice",
                        "rejected UNUSABLE null null");
    }

    @Test
    void observingAcceptsAndReports() {
        sessions.mode = dev.sessiontracking.core.SessionChecker.Mode.OBSERVE;
        SessionTokenEvaluator observing = evaluator();
        assertThat(observing.decide(named("a"), state)).isEqualTo(SessionDecision.UNVERIFIED);
        assertThat(observing.verify(named("a"), state)).isEqualTo(SessionDecision.ENDED);
        assertThat(observing.rejectsUndetermined()).isFalse();
        assertThat(observing.isObserved(named("a"))).isTrue();
        assertThat(evaluator.isObserved(named("a"))).isFalse();
        SessionClaim refresh = observing.read(Map.of("token_use", "refresh", "srt", 0));
        assertThat(observing.isObserved(refresh)).isFalse();
        assertThat(observing.decide(refresh, state)).isEqualTo(SessionDecision.UNUSABLE);
        assertThat(reports)
                .containsExactly(
                        "observed ENDED a alice", "observed UNUSABLE null null", "rejected UNUSABLE null null");
    }

    @Test
    void endReasonIsThatOfTheEndedSession() {
        assertThat(evaluator.endReason(state)).isNull();
        sessions.revokeSession("a", SessionEndReason.LOGOUT);
        evaluator.decide(named("a"), state);
        assertThat(evaluator.endReason(state)).isEqualTo(SessionEndReason.LOGOUT);
        assertThat(evaluator.endReason(TokenSession.of("b"))).isNull();
    }

    @Test
    void onlyAConfiguredIssuerIsANamedOne() {
        SessionTokenEvaluator ours = sessions.evaluator(RejectionSink.NONE, "https://ours");
        Map<String, Object> token = Map.of("sid", "a", "iss", "https://ours");
        assertThat(ours.isNamedIssuer(token)).isTrue();
        assertThat(ours.isNamedIssuer(Map.of("iss", "https://theirs"))).isFalse();
        assertThat(evaluator.isNamedIssuer(token)).isFalse();
        assertThat(ours.mayNameASession(token)).isFalse();
        assertThat(evaluator.mayNameASession(token)).isTrue();
        assertThat(evaluator.mayNameASession(Map.of("iss", "https://ours"))).isFalse();
    }

    @Test
    void onlyAPreparedSessionOfATokenIsLive() {
        assertThat(evaluator.isLive(named("a"), state)).isFalse();
        state.answered(named("a"), Result.LIVE_BY_CACHE);
        state.answered(named("b"), Result.ENDED_BY_STORE);
        state.answered(ofUser(), Result.LIVE_BY_STORE);
        assertThat(evaluator.isLive(named("a"), state)).isTrue();
        assertThat(evaluator.isLive(named("b"), state)).isFalse();
        assertThat(evaluator.isLive(ofUser(), state)).isFalse();
        RequestSessions<String> sessionsOfRequests = new RequestSessions<>(evaluator, null);
        assertThat(sessionsOfRequests.isLive(state, List.of(named("a")))).isTrue();
        assertThat(sessionsOfRequests.isLive(state, List.of(named("a"), named("b"))))
                .isFalse();
    }

    @Test
    void sessionsArePreparedOneAfterTheOther() {
        RequestSessions<String> sessionsOfRequests = new RequestSessions<>(evaluator, null);
        CompletableFuture<Result> first = sessions.later;
        CompletionStage<Void> prepared = sessionsOfRequests.prepare(state, List.of(named("a"), named("b"), named("a")));
        sessions.later = new CompletableFuture<>();
        first.complete(Result.LIVE_BY_STORE);
        assertThat(state.answer(named("a"))).isEqualTo(Result.LIVE_BY_STORE);
        assertThat(prepared.toCompletableFuture()).isNotDone();
        sessions.later.complete(Result.ENDED_BY_STORE);
        assertThat(prepared.toCompletableFuture()).isCompleted();
        assertThat(state.answer(named("b"))).isEqualTo(Result.ENDED_BY_STORE);
    }

    // sessions of identity providers

    private static SessionClaim ofProvider(String id, SessionMetadata client) {
        FirstUse use = new FirstUse(Duration.ofHours(1), Instant.EPOCH, client);
        return SessionClaim.named(new TokenSession(id, "alice", null, use), null);
    }

    @Test
    void sessionThatMayBeRecordedIsCheckedWithTheClientOfTheRequest() {
        SessionMetadata client = SessionMetadata.of("192.0.2.1", "phone");
        state.sentBy(() -> client);
        evaluator.decide(ofProvider("a", SessionMetadata.none()), state);
        evaluator.decide(ofProvider("b", SessionMetadata.none()), null);
        assertThat(sessions.lookups())
                .containsExactly(
                        ofProvider("a", client).session(),
                        ofProvider("b", SessionMetadata.none()).session());
    }

    @Test
    void otherSessionIsCheckedWithoutReadingTheRequest() {
        state.sentBy(() -> {
            throw new IllegalStateException("The request was read");
        });
        sessions.now = Result.LIVE_BY_CACHE;
        assertThat(evaluator.decide(named("a"), state)).isEqualTo(SessionDecision.ENDED);
        assertThat(evaluator.decide(ofProvider("b", SessionMetadata.none()), state))
                .as("memory answers")
                .isEqualTo(SessionDecision.LIVE);
        assertThat(sessions.lookups()).containsExactly(named("a").session());
    }
}
