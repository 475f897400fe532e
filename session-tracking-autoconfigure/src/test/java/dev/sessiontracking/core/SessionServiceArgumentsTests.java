// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.OutagePolicy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad arguments are refused by name, by both services, and reach no store. */
class SessionServiceArgumentsTests {

    private static final SessionMetadata METADATA = SessionMetadata.none();

    private static final SwitchableStore STORE = new SwitchableStore();

    private static final SessionService TRACKED = tracked(STORE);

    private static final SessionService UNTRACKED = SessionTracking.off(
                    Lifetimes.of(Duration.ofDays(1)), Clock.systemUTC())
            .service();

    private static final Map<String, BiConsumer<SessionService, String>> WITH_SESSION_ID = new TreeMap<>(Map.of(
            "createSession", (service, id) -> service.createSession("alice", id, METADATA),
            "getSessionStatus", SessionService::getSessionStatus,
            "isSessionValid", SessionService::isSessionValid,
            "findSession", SessionService::findSession,
            "renewSession", SessionService::renewSession,
            "revokeSession", (service, id) -> service.revokeSession(id),
            "revokeSession of a user", (service, id) -> service.revokeSession("alice", id),
            "revokeSession for good", (service, id) -> service.revokeSession(id, Instant.EPOCH),
            "revokeSession with a reason", (service, id) -> service.revokeSession(id, SessionEndReason.LOGOUT),
            "registerSession", (service, id) -> register(service, "alice", id)));

    private static final Map<String, BiConsumer<SessionService, String>> WITH_USER_ID = new TreeMap<>(Map.of(
            "createSession", (service, user) -> service.createSession(user, "id", METADATA),
            "createSession with a generated id", (service, user) -> service.createSession(user, METADATA),
            "getUserSessions", SessionService::getUserSessions,
            "revokeSession", (service, user) -> service.revokeSession(user, "id"),
            "revokeAllUserSessions", SessionService::revokeAllUserSessions,
            "revokeOtherUserSessions", (service, user) -> service.revokeOtherUserSessions(user, "id"),
            "getNotBefore", SessionService::getNotBefore,
            "clearNotBefore", SessionService::clearNotBefore,
            "registerSession", (service, user) -> register(service, user, "id")));

    private static SessionService tracked(SwitchableStore store) {
        return new SessionTracking(
                        store,
                        null,
                        new Settings(
                                OutagePolicy.PLAIN_JWT, Lifetimes.of(Duration.ofDays(1)), Duration.ofDays(1), 100_000),
                        Clock.systemUTC())
                .service();
    }

    private static void register(SessionService service, String user, String id) {
        service.registerSession(user, id, METADATA, Instant.EPOCH, Instant.EPOCH);
    }

    private static final List<String> BAD_SESSION_IDS = Arrays.asList(
            null, "", " ", "a b", "a".repeat(257), "tab\t", "line\n", "nul\0", "del\u007f", "é", "日本", "\ud83d\ude00");

    private static final List<String> BAD_USER_IDS = Arrays.asList(
            null,
            "",
            " ",
            "\u2003",
            "a".repeat(289),
            "tab\t",
            "line\n",
            "nul\0",
            "del\u007f",
            "next\u0085line",
            "\ud83d",
            "\ude00\ud83d");

    static Stream<Arguments> badSessionIds() {
        return combined(WITH_SESSION_ID, BAD_SESSION_IDS);
    }

    static Stream<Arguments> badUserIds() {
        return combined(WITH_USER_ID, BAD_USER_IDS);
    }

    private static Stream<Arguments> combined(
            Map<String, BiConsumer<SessionService, String>> methods, List<String> values) {
        List<Arguments> rows = new ArrayList<>();
        for (SessionService service : List.of(TRACKED, UNTRACKED)) {
            methods.forEach((name, method) -> values.forEach(value -> rows.add(Arguments.of(
                    Named.of(service.getClass().getSimpleName(), service), Named.of(name, method), value))));
        }
        return rows.stream();
    }

    @ParameterizedTest
    @MethodSource("badSessionIds")
    void badSessionIdIsRefused(SessionService service, BiConsumer<SessionService, String> method, String id) {
        assertRefused(() -> method.accept(service, id), "sessionId", id);
    }

    @ParameterizedTest
    @MethodSource("badUserIds")
    void badUserIdIsRefused(SessionService service, BiConsumer<SessionService, String> method, String userId) {
        assertRefused(() -> method.accept(service, userId), "userId", userId);
    }

    @Test
    void badCurrentSessionIdIsRefused() {
        for (String id : BAD_SESSION_IDS) {
            assertRefused(() -> TRACKED.revokeOtherUserSessions("alice", id), "currentSessionId", id);
            assertRefused(() -> UNTRACKED.revokeOtherUserSessions("alice", id), "currentSessionId", id);
        }
    }

    @Test
    void missingMetadataIsRefused() {
        assertRefused(() -> TRACKED.createSession("alice", "id", null), "metadata", null);
        assertRefused(() -> TRACKED.createSession("alice", (SessionMetadata) null), "metadata", null);
        assertRefused(() -> UNTRACKED.createSession("alice", "id", null), "metadata", null);
        for (SessionService service : List.of(TRACKED, UNTRACKED)) {
            Instant now = Instant.now();
            assertRefused(() -> service.registerSession("alice", "id", null, now, now), "metadata", null);
            assertRefused(() -> service.registerSession("alice", "id", METADATA, null, now), "authenticatedAt", null);
            assertRefused(() -> service.registerSession("alice", "id", METADATA, now, null), "tokenExpiresAt", null);
            assertRefused(() -> service.revokeSession("id", (Instant) null), "registrableUntil", null);
        }
    }

    @Test
    void missingReasonIsRefused() {
        for (SessionService service : List.of(TRACKED, UNTRACKED)) {
            assertRefused(() -> service.revokeSession("id", (SessionEndReason) null), "reason", null);
            assertRefused(() -> service.revokeSession("alice", "id", null), "reason", null);
            assertRefused(() -> service.revokeAllUserSessions("alice", null), "reason", null);
            assertRefused(() -> service.revokeOtherUserSessions("alice", "id", null), "reason", null);
        }
    }

    private static void assertRefused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String argument, String value) {
        int before = STORE.questions();
        assertThatIllegalArgumentException()
                .isThrownBy(call)
                .withMessageContaining(argument)
                .satisfies(refused -> {
                    if (value != null && value.length() > 3) {
                        assertThat(refused.getMessage()).doesNotContain(value);
                    }
                });
        assertThat(STORE.questions()).isEqualTo(before);
    }

    @Test
    void longestIdsAreAccepted() {
        SessionService service = tracked(new SwitchableStore());
        assertThatCode(() -> service.createSession("u".repeat(288), "~".repeat(256), METADATA))
                .doesNotThrowAnyException();
    }

    @Test
    void unusualUserIdsAreAccepted() {
        for (String userId : List.of("{a}", "a:b", "日本語", "\ud83d\ude00", " alice", "a@b.c", "x\u00a0y")) {
            assertThatCode(() -> TRACKED.createSession(userId, METADATA)).doesNotThrowAnyException();
        }
    }
}
