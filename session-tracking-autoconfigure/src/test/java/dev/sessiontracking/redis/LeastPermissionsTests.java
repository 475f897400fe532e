// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionLimitReachedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.redis.Place.Servers;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.CachingReader.Status;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What works for a user who may do no more than what docs/running-redis.md lists, or less; see {@link Place}. */
@ExtendWith(OutputCaptureExtension.class)
class LeastPermissionsTests {

    @ParameterizedTest
    @EnumSource(names = {"LEAST_PERMISSIONS", "LEAST_PERMISSIONS_CLUSTER"})
    void nearCacheWorks(Place place) {
        try (Servers servers = place.open();
                TestNode node = TestNode.at(servers.url())) {
            for (int i = 0; i < 10; i++) {
                node.awaitCached(node.login("alice").id());
            }
            assertThat(node.bean(CachingReader.class).state().status()).isEqualTo(Status.ON);
        }
    }

    /** An application that was set up before there were state keys, and now limits the sessions of its users. */
    @Test
    void withoutStateKeysOnlyTheirFeaturesAreMissing(CapturedOutput output) {
        String[] permissions = Stream.of(LeastPermissions.serverArgs())
                .filter(word -> !word.contains("_state:"))
                .toArray(String[]::new);
        String limit = "session.tracking.limit.sessions-per-user=2";
        try (RedisServer server = RedisServers.start(permissions)) {
            String url = "redis://" + LeastPermissions.LOGIN + "@" + server.host() + ":" + server.port();
            try (TestNode node = TestNode.at(url, limit, "session.tracking.outage-policy=reject");
                    TestNode other = TestNode.at(url, limit, "session.tracking.limit.policy=reject")) {
                SessionTokens tokens = node.tokens();
                TokenGrant first = tokens.login("alice", SessionMetadata.none());
                TokenGrant second = node.refresh(tokens.login("alice", SessionMetadata.none()));
                TokenGrant third = tokens.login("alice", SessionMetadata.none());
                assertThat(third.session().tracked()).isTrue();
                assertThat(other.check(first.session().id()).status()).isEqualTo(SessionStatus.ENDED);
                assertEnded(node, first, SessionEndReason.LIMIT);
                assertEnded(other, first, null);
                assertThatExceptionOfType(SessionLimitReachedException.class).isThrownBy(() -> other.login("alice"));
                assertThat(tokens.logout(second.accessClaims())).isTrue();
                assertEnded(other, second, null);
                assertThat(other.login("alice").tracked()).isTrue();
                assertThat(other.refresh(third).refreshClaims()).containsEntry("srt", 1L);
                assertThat(node.service.revokeAllUserSessions("alice").count()).isEqualTo(2);
                assertEnded(other, third, null);
                assertThatExceptionOfType(SessionStoreUnavailableException.class)
                        .isThrownBy(() -> node.service.revokeAllSessions(Instant.now()));
                assertThat(node.login("alice").tracked()).isTrue();
            }
        }
        assertThat(output.getAll().split("the reasons why sessions have ended are missing", -1))
                .as("one warning of each node")
                .hasSize(3);
        assertThat(output).doesNotContain("lacks a right");
    }

    private static void assertEnded(TestNode node, TokenGrant grant, @Nullable SessionEndReason reason) {
        assertThatExceptionOfType(SessionEndedException.class)
                .isThrownBy(() -> node.refresh(grant))
                .satisfies(ended -> assertThat(ended.reason()).isEqualTo(Optional.ofNullable(reason)));
    }
}
