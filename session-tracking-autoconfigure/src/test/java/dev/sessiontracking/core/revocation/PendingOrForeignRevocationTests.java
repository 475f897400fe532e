// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionStore;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Revocations that may be pending, that may hit the session of another user, or that the store does not announce. */
class PendingOrForeignRevocationTests extends RevokerFixture {

    private boolean hasRoomForTwo() {
        return denylist.deny("one more", null, null, null) != null
                && denylist.deny("and another", null, null, null) != null;
    }

    // what an identity provider reports

    @Test
    void reportedEndIsPendingDuringAnOutageUnderEitherPolicy() {
        revoker.close();
        store.fail();
        for (OutagePolicy policy : OutagePolicy.values()) {
            revoker = revoker(store, policy);
            revoker.revokeUntil("of-" + policy, NOW, SessionEndReason.IDENTITY_PROVIDER);
            assertThat(revoker.pendingCount()).isEqualTo(1);
            assertThat(denylist.isDenied("of-" + policy)).isTrue();
            applyPending();
            store.fail();
        }
        revoker.revokeAllUntil("alice", NOW, SessionEndReason.IDENTITY_PROVIDER);
        assertThat(revoker.pendingCount()).isEqualTo(1);
        assertThat(denylist.isDenied("any", "alice", NOW)).isTrue();
    }

    @Test
    void reportedEndThatCannotBeKeptIsAnError() {
        store.fail();
        revoker.revokeUntil("a", NOW, SessionEndReason.IDENTITY_PROVIDER);
        revoker.revokeUntil("b", NOW, SessionEndReason.IDENTITY_PROVIDER);
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> revoker.revokeUntil("c", NOW, SessionEndReason.IDENTITY_PROVIDER));
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> revoker.revokeAllUntil("alice", NOW, SessionEndReason.IDENTITY_PROVIDER));
    }

    // sessions of other users

    private boolean revokeOwn(String sessionId, String userId, SessionEndReason reason) {
        return revoker.revokeOwn(sessionId, userId, null, reason);
    }

    @Test
    void sessionOfAnotherUserStays() {
        login("a");
        assertThat(revokeOwn("a", "mallory", SessionEndReason.LOGOUT)).isFalse();
        assertThat(store.holds("a")).isTrue();
        assertThat(denylist.isDenied("a")).isFalse();
        assertThat(revokeOwn("a", "alice", SessionEndReason.LOGOUT)).isTrue();
        assertThat(store.holds("a")).isFalse();
        assertThat(revokeOwn("a", "alice", SessionEndReason.LOGOUT)).isFalse();
    }

    @Test
    void sessionThatTurnsOutToBelongToAnotherUserIsRejectedUntilThen() {
        login("a");
        login("b");
        store.fail();
        assertThat(revokeOwn("a", "mallory", SessionEndReason.LOGOUT)).isTrue();
        assertThat(revokeOwn("b", "alice", SessionEndReason.LOGOUT)).isTrue();
        assertThat(denylist.isDenied("a")).isTrue();
        applyPending();
        assertThat(store.holds("a")).isTrue();
        assertThat(denylist.isDenied("a")).isFalse();
        assertThat(store.holds("b")).isFalse();
        assertThat(outcomes.lines).contains("applied ONE a null 0", "applied ONE b null 1");
    }

    /** No token has named the session, so it may be anybody's. */
    @Test
    void replacedSessionIsNotRejectedBeforeTheStoreSaysWhoseItIs() {
        login("a");
        store.fail();
        assertThat(revokeOwn("a", "alice", SessionEndReason.REPLACED)).isTrue();
        assertThat(denylist.isDenied("a")).isFalse();
        assertThat(revoker.pendingCount()).isEqualTo(1);
        applyPending();
        assertThat(store.holds("a")).isFalse();
    }

    // places on the denylist

    @Test
    void pendingRevocationThatWasAppliedMakesRoom() {
        store.fail();
        revoke("a");
        revoke("b");
        applyPending();
        assertThat(hasRoomForTwo()).isTrue();
    }

    @Test
    void revocationThatCannotBePendingMakesRoom() {
        store.fail();
        revokeOwn("a", "alice", SessionEndReason.REPLACED);
        revokeOwn("b", "alice", SessionEndReason.REPLACED);
        assertThatExceptionOfType(SessionStoreUnavailableException.class).isThrownBy(() -> revoke("c"));
        assertThat(denylist.isDenied("c")).isTrue();
        assertThat(hasRoomForTwo()).isTrue();
    }

    // stores

    @Test
    void revokedSessionThatComesBackWhileItIsRevokedOnceMoreIsRemoved() {
        login("a");
        revoke("a");
        store.beforeRemoval(() -> revoker.observer().onResurrected("a"));
        store.afterRemoval(() -> login("a"));
        assertThat(revoke("a")).isFalse();
        assertThat(store.holds("a")).isFalse();
        assertThat(denylist.isDenied("a")).isTrue();
    }

    @Test
    void sessionsThatAStoreDoesNotAnnounceAreRememberedToo() {
        revoker.close();
        SessionStore silent = (SessionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SessionStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("revokeAll")) {
                        arguments[2] = (Consumer<String>) sessionId -> {};
                    }
                    return method.invoke(store, arguments);
                });
        revoker = revoker(silent, OutagePolicy.PLAIN_JWT);
        login("a");
        assertThat(revoker.revokeAll("alice", null, SessionEndReason.REVOKED).count())
                .isEqualTo(1);
        assertThat(denylist.isDenied("a")).isTrue();
        assertThat(hasRoomForTwo()).as("it is confirmed").isTrue();
    }
}
