// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The table of {@link SessionService}, row by row, while the store does not answer. */
class ServiceOutageTests extends TrackedSessionFixture {

    private static final RevokedSessions PENDING = new RevokedSessions(0, true);

    @Nested
    class OutageUnderPlainJwt {

        @Test
        void createGivesAnUntrackedSessionWithoutClaims() {
            store.fail();
            UserSession session = login("alice");
            assertThat(session.tracked()).isFalse();
            assertThat(session.claims()).isEmpty();
            assertThat(session.expiresAt()).isEqualTo(clock.instant().plus(TTL));
        }

        @Test
        void statusIsUnknownAndTheSessionValid() {
            UserSession session = login("alice");
            store.fail();
            assertThat(plainJwt.getSessionStatus(session.id())).isEqualTo(SessionStatus.UNKNOWN);
            assertThat(plainJwt.isSessionValid(session.id())).isTrue();
            assertThat(plainJwt.renewSession(session.id())).isEqualTo(SessionRenewal.UNVERIFIED);
        }

        @Test
        void sessionRevokedBeforeTheOutageIsKnownToHaveEnded() {
            UserSession session = login("alice");
            plainJwt.revokeSession(session.id());
            store.fail();
            assertEndedUnderPlainJwt(session.id());
        }

        private void assertEndedUnderPlainJwt(String sessionId) {
            assertThat(plainJwt.getSessionStatus(sessionId)).isEqualTo(SessionStatus.ENDED);
            assertThat(plainJwt.isSessionValid(sessionId)).isFalse();
            assertThat(plainJwt.renewSession(sessionId)).isEqualTo(SessionRenewal.ENDED);
        }

        @Test
        void revokeOthersDuringTheOutageKeepsTheCurrentOne() {
            UserSession current = login("alice");
            UserSession other = login("alice");
            store.fail();
            assertThat(plainJwt.revokeOtherUserSessions("alice", current.id())).isEqualTo(PENDING);
            assertThat(check(current, "alice")).isEqualTo(Result.UNVERIFIED);
            assertThat(check(other, "alice")).isEqualTo(Result.ENDED_BY_DENYLIST);
        }

        private Result check(UserSession session, String userId) {
            return lenient.checker().check(new TokenSession(session.id(), userId, null));
        }

        @Test
        void findAndListThrow() {
            UserSession session = login("alice");
            store.fail();
            assertUnavailable(() -> plainJwt.findSession(session.id()));
            assertUnavailable(() -> plainJwt.getUserSessions("alice"));
        }

        @Test
        void ownersRevocationThrowsAndRevokesNothing() {
            UserSession session = login("alice");
            store.fail();
            assertUnavailable(() -> plainJwt.revokeSession("alice", session.id()));
            assertUnavailable(() -> plainJwt.revokeSession("bob", session.id()));
            assertThat(lenient.pendingRevocations()).isZero();
            assertThat(lenient.rememberedRevocations()).isZero();
            assertThat(plainJwt.isSessionValid(session.id())).isTrue();
        }

        @Test
        void ownersRevocationIsPendingIfTheStoreFailsAfterItHasNamedTheOwner() {
            UserSession session = login("alice");
            store.beforeRemoval(() -> {
                store.fail();
                throw new SessionStoreUnavailableException("fails now", null);
            });
            assertThat(plainJwt.revokeSession("alice", session.id())).isTrue();
            assertThat(lenient.pendingRevocations()).isEqualTo(1);
            assertEndedUnderPlainJwt(session.id());
        }

        @Test
        void logoutWithATokenIsPending() {
            UserSession session = login("alice");
            store.fail();
            assertThat(lenient.checker().revoke(new TokenSession(session.id(), "alice", null)))
                    .isTrue();
            assertThat(lenient.pendingRevocations()).isEqualTo(1);
            assertEndedUnderPlainJwt(session.id());
        }

        @Test
        void revocationOfAnUnknownSessionIsNeverReportedAsNothingToRevoke() {
            store.fail();
            assertThat(plainJwt.revokeSession("made-up")).isTrue();
            assertThat(plainJwt.revokeSession("made-up")).isTrue();
            assertThat(lenient.pendingRevocations()).isEqualTo(1);
        }

        @Test
        void revocationIsAppliedWhenTheStoreIsBack() {
            UserSession session = login("alice");
            store.fail();
            plainJwt.revokeSession(session.id());
            assertEndedUnderPlainJwt(session.id());
            assertThat(store.holds(session.id())).isTrue();
            assertThat(lenient.pendingRevocations()).isEqualTo(1);
            store.recoverSilently();
            await().until(() -> !store.holds(session.id()) && lenient.pendingRevocations() == 0);
        }

        @Test
        void userWideRevocationIsAppliedWhenTheStoreIsBack() {
            login("alice");
            UserSession current = login("alice");
            store.fail();
            plainJwt.revokeOtherUserSessions("alice", current.id());
            store.recoverSilently();
            await().until(() -> lenient.pendingRevocations() == 0);
            assertThat(plainJwt.getUserSessions("alice")).containsExactly(current);
        }

        @Test
        void loginAfterTheOutageIsNotHitByTheRevocationBeforeIt() {
            login("alice");
            store.fail();
            plainJwt.revokeAllUserSessions("alice");
            clock.advance(Duration.ofSeconds(1));
            store.recoverSilently();
            UserSession after = login("alice");
            await().until(() -> lenient.pendingRevocations() == 0);
            assertThat(plainJwt.getUserSessions("alice")).containsExactly(after);
            assertThat(check(after, "alice")).isEqualTo(Result.LIVE_BY_STORE);
        }

        @Test
        void sessionOfARevokedUserIsNotFoundBeforeTheRevocationIsApplied() {
            UserSession session = login("alice");
            store.fail();
            plainJwt.revokeAllUserSessions("alice");
            store.recoverSilently();
            assertThat(plainJwt.findSession(session.id())).isEmpty();
            assertThat(plainJwt.getUserSessions("alice")).isEmpty();
        }
    }

    @Nested
    class OutageUnderReject {

        @Test
        void createThrows() {
            store.fail();
            assertUnavailable(() -> reject.createSession("alice", SessionMetadata.none()));
        }

        @Test
        void statusIsUnknownAndTheRestThrows() {
            UserSession session = login("alice");
            store.fail();
            assertThat(reject.getSessionStatus(session.id())).isEqualTo(SessionStatus.UNKNOWN);
            assertUnavailable(() -> reject.isSessionValid(session.id()));
            assertUnavailable(() -> reject.renewSession(session.id()));
            assertUnavailable(() -> reject.findSession(session.id()));
            assertUnavailable(() -> reject.getUserSessions("alice"));
            assertUnavailable(() -> reject.revokeSession("alice", session.id()));
            assertThat(strict.pendingRevocations()).isZero();
        }

        @Test
        void knownRevokedIsFalseAndThrowsNothing() {
            UserSession session = login("alice");
            reject.revokeSession(session.id());
            store.fail();
            assertThat(reject.getSessionStatus(session.id())).isEqualTo(SessionStatus.ENDED);
            assertThat(reject.isSessionValid(session.id())).isFalse();
            assertThat(reject.renewSession(session.id())).isEqualTo(SessionRenewal.ENDED);
        }

        @Test
        void revokeIsEnforcedAndKeptAndThrows() {
            UserSession session = login("alice");
            store.fail();
            assertUnavailable(() -> reject.revokeSession(session.id()));
            assertThat(reject.getSessionStatus(session.id())).isEqualTo(SessionStatus.ENDED);
            assertThat(strict.pendingRevocations()).isEqualTo(1);
            store.recover();
            await().until(() -> !store.holds(session.id()));
        }

        @Test
        void revokeAllIsEnforcedAndKeptAndThrows() {
            UserSession session = login("alice");
            store.fail();
            assertUnavailable(() -> reject.revokeAllUserSessions("alice"));
            assertUnavailable(() -> reject.revokeOtherUserSessions("alice", "another"));
            assertThat(strict.checker().check(new TokenSession(session.id(), "alice", null)))
                    .isEqualTo(Result.ENDED_BY_DENYLIST);
            store.recover();
            await().until(() -> !store.holds(session.id()));
        }
    }
}
