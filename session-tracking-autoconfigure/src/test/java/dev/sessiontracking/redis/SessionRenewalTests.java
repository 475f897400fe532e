// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Refreshed.Result;
import dev.sessiontracking.spi.SessionChange.Registration;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What renewal and rotation do to a session, its index entry and its absolute lifetime, wherever the sessions are. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STANDALONE_SETS")
class SessionRenewalTests extends SessionStoreFixture {

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private static final Duration SLACK = Duration.ofSeconds(10);

    // renew

    @Test
    void renewExtendsBothKeysAndTheValue() {
        UserSession before = answer(store.create(session("a", "alice"), Duration.ofMinutes(1)))
                .orElseThrow();
        clock.advance(Duration.ofHours(1));
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(lifetime("session:a")).isBetween(TTL.minus(SLACK), TTL);
        assertThat(lifetime("user_sessions:alice")).isGreaterThan(TTL.minus(SLACK));
        assertThat(answer(store.find("a"))).hasValueSatisfying(renewed -> {
            assertThat(renewed.createdAt()).isEqualTo(before.createdAt());
            assertThat(renewed.expiresAt())
                    .as("by the server's clock, not by the node's")
                    .isBetween(
                            before.createdAt().plus(TTL),
                            before.createdAt().plus(TTL).plus(SLACK));
            assertThat(renewed.expiresAt()).isBefore(clock.instant().plus(TTL));
            assertThat(renewed.metadata()).isEqualTo(METADATA);
            assertThat(renewed.lastUse().at()).isEqualTo(renewed.expiresAt().minus(TTL));
            assertThat(renewed.lastUse().metadata()).isEqualTo(METADATA);
        });
    }

    // refresh

    private Refreshed refresh(long generation, Duration reuseInterval) {
        return answer(store.refresh("a", new Refresh(null, TTL, null, METADATA, generation, reuseInterval)));
    }

    private void rotateSecondsAgo(long generation, int seconds) {
        String value = value("session:a").replaceFirst(",\"rotation\":\"[^\"]*\"", "");
        long then = System.currentTimeMillis() - seconds * 1_000L;
        raw("SET", "session:a", value.replaceFirst("}$", ",\"rotation\":\"" + generation + "@" + then + "\"}"));
    }

    @Test
    void eachGenerationIsRotatedOnceAndThePreviousOneGetsTheSameSuccessor() {
        create("a", "alice");
        assertThat(refresh(0, INTERVAL).generation()).isEqualTo(1);
        assertThat(refresh(1, INTERVAL).generation()).isEqualTo(2);
        String value = value("session:a");

        Refreshed repeated = refresh(1, INTERVAL);

        assertThat(repeated.result()).isEqualTo(Result.REPEATED);
        assertThat(repeated.generation()).isEqualTo(2);
        assertThat(repeated.session()).isEqualTo(answer(store.find("a")).orElseThrow());
        assertThat(value("session:a")).isEqualTo(value);
    }

    @Test
    void previousGenerationIsAReuseAfterTheIntervalByTheServersClock() {
        create("a", "alice");
        rotateSecondsAgo(5, 12);
        assertThat(refresh(4, Duration.ofSeconds(10)).result()).isEqualTo(Result.REUSED);
        assertThat(refresh(4, Duration.ofSeconds(60)).result()).isEqualTo(Result.REPEATED);
    }

    @Test
    void refreshNotesWhereItCameFromAndKeepsUnknownFields() {
        create("a", "alice");
        raw("SET", "session:a", value("session:a").replaceFirst("}$", ",\"attributes\":{\"x\":[1]}}"));
        SessionMetadata train = SessionMetadata.of("198.51.100.4", "Firefox \"on\" a train");

        UserSession session = answer(store.refresh("a", new Refresh(null, TTL, null, train, 0L, INTERVAL)))
                .session();

        assertThat(session.metadata()).isEqualTo(METADATA);
        assertThat(session.lastUse().metadata()).isEqualTo(train);
        assertThat(session.lastUse().at()).isAfterOrEqualTo(session.createdAt());
        assertThat(answer(otherNode.findByUser("alice"))).containsExactly(session);
        assertThat(value("session:a")).contains("\"attributes\":{\"x\":[1]}");
        UserSession home = answer(store.refresh("a", new Refresh(null, TTL, null, METADATA, 1L, INTERVAL)))
                .session();
        assertThat(home.lastUse().metadata()).isEqualTo(METADATA);
        assertThat(answer(store.find("a"))).contains(home);
    }

    // absolute lifetime

    private UserSession limited(Duration max) {
        UserSession session = session("a", "alice");
        return new UserSession(
                "a",
                "alice",
                METADATA,
                session.createdAt(),
                session.expiresAt(),
                session.createdAt().plus(max),
                session.lastUse(),
                true);
    }

    @Test
    void absoluteLifetimeLimitsCreationAndRenewalByTheServersClock() {
        clock.advance(Duration.ofHours(5));
        Duration max = Duration.ofMinutes(30);
        UserSession session = answer(store.create(limited(max), TTL)).orElseThrow();
        clock.advance(Duration.ofHours(-5));

        assertThat(session.maxExpiresAt()).isEqualTo(session.createdAt().plus(max));
        assertThat(session.expiresAt()).isEqualTo(session.maxExpiresAt());
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(max);
        assertThat(answer(store.find("a"))).contains(session);
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(answer(store.find("a"))).map(UserSession::expiresAt).contains(session.maxExpiresAt());
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(max);
    }

    @Test
    void lateRegistrationOfALoginThatIsTooOldIsRefused() {
        UserSession old = limited(Duration.ofMinutes(30));
        UserSession login = new UserSession(
                "a",
                "alice",
                METADATA,
                old.createdAt().minus(Duration.ofHours(1)),
                old.expiresAt(),
                old.createdAt().minus(Duration.ofMinutes(30)),
                old.lastUse(),
                true);
        assertThat(answer(store.register(login, TTL, Duration.ofDays(1)))).isEqualTo(Registration.REFUSED);
        assertThat(isThere("session:a")).isFalse();
    }

    /** An earlier version keeps the field, and prolongs the session all the same. */
    @Test
    void sessionPastItsAbsoluteEndIsNotFoundAndCannotBeRenewed() {
        create("a", "alice");
        String value = value("session:a").replaceFirst("}$", ",\"maxExpiresAt\":\"2020-01-01T00:00:00Z\"}");
        raw("SET", "session:a", value, "PX", "600000");

        assertThat(answer(store.find("a"))).isEmpty();
        assertThat(answer(store.findByUser("alice"))).isEmpty();
        assertThat(answer(store.renew("a", TTL))).isFalse();
        assertThat(isThere("session:a")).isFalse();
    }

    @Test
    void sessionWithoutALimitGetsTheConfiguredOneAtItsRenewal() {
        UserSession before = answer(store.create(session("a", "alice"), TTL)).orElseThrow();
        Refresh limiting = new Refresh(null, TTL, Duration.ofDays(3), null, null, INTERVAL);

        UserSession renewed = answer(store.refresh("a", limiting)).session();

        assertThat(renewed.maxExpiresAt()).isEqualTo(before.createdAt().plus(Duration.ofDays(3)));
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(Duration.ofDays(3));
        assertThat(answer(store.find("a"))).contains(renewed);
    }

    @Test
    void renewMovesTheExpiryInTheIndex() {
        create("a", "alice", Duration.ofMinutes(1));
        assertThat(answer(store.renew("a", TTL))).isTrue();
        String listedUntil = String.valueOf(raw("ZSCORE", "user_sessions:alice", "a"));
        assertThat(Long.parseLong(listedUntil))
                .isGreaterThan(clock.instant().plus(TTL).toEpochMilli());
    }

    @Test
    void renewWithAShorterLifetimeShortensTheSessionOnly() {
        create("a", "alice");
        assertThat(answer(store.renew("a", Duration.ofMinutes(1)))).isTrue();
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(Duration.ofMinutes(1));
        assertThat(index("alice")).containsExactly("a");
    }

    @Test
    void renewPutsBackALostIndexEntry() {
        create("a", "alice");
        raw("DEL", "user_sessions:alice");
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(index("alice")).containsExactly("a");
    }

    @Test
    void renewLeavesABrokenValueAlone() {
        raw("SET", "session:a", "{\"userId\":", "PX", "60000");
        assertThat(answer(store.renew("a", TTL))).isFalse();
        assertThat(value("session:a")).isEqualTo("{\"userId\":");
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(Duration.ofMinutes(1));
    }
}
