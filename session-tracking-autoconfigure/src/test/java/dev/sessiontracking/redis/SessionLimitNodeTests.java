// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionLimitReachedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.FaultProxy.Direction;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.DefaultAuthenticationEventPublisher;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/** The limit as an application meets it. */
class SessionLimitNodeTests {

    private static final String LIMIT = "session.tracking.limit.sessions-per-user=";

    private static final String REJECT = "session.tracking.limit.policy=reject";

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final List<TestNode> nodes = new ArrayList<>();

    private FaultProxy network;

    @BeforeEach
    void network() {
        network = FaultProxy.inFrontOf(redis.server());
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
        network.close();
    }

    private TestNode node(String... properties) {
        TestNode node = TestNode.at(network.url(), with(properties));
        nodes.add(node);
        return node;
    }

    private static String[] with(String... properties) {
        return Stream.concat(Stream.of("session.tracking.command-timeout=5s"), Stream.of(properties))
                .toArray(String[]::new);
    }

    private static TokenGrant login(TestNode node) {
        return node.tokens().login("alice", SessionMetadata.none());
    }

    /** However busy the machine is. */
    private static TokenGrant trackedLogin(TestNode node) {
        return await().atMost(TestNode.PATIENCE)
                .until(() -> login(node), grant -> grant.session().tracked());
    }

    private static void assertEndedByTheLimit(TestNode node, TokenGrant grant) {
        assertThatExceptionOfType(SessionEndedException.class)
                .isThrownBy(() -> node.refresh(grant))
                .satisfies(ended -> assertThat(ended.reason()).contains(SessionEndReason.LIMIT));
    }

    @Test
    void oldestSessionEndsOnAllNodes() {
        TestNode node = node(LIMIT + 2);
        TestNode other = node(LIMIT + 2);
        TokenGrant first = trackedLogin(node);
        other.awaitCached(first.session().id());
        trackedLogin(other);
        trackedLogin(node);
        assertThat(node.check(first.session().id())).isEqualTo(Result.ENDED_BY_DENYLIST);
        other.awaitAnswer(first.session().id(), Result.ENDED_BY_DENYLIST);
        assertEndedByTheLimit(node, first);
        assertEndedByTheLimit(other, first);
        assertThat(node.service.getUserSessions("alice")).hasSize(2);
        assertThat(node.bean(SessionTracking.class).statistics().endReasons().of(SessionEndReason.LIMIT))
                .isEqualTo(1);
    }

    @Test
    void rejectedLoginIsNoFailedLogin() {
        TestNode node = node(LIMIT + 1, REJECT);
        TokenGrant first = trackedLogin(node);
        List<Object> published = new ArrayList<>();
        ProviderManager manager = new ProviderManager(new AuthenticationProvider() {
            @Override
            public Authentication authenticate(Authentication authentication) throws AuthenticationException {
                login(node);
                return authentication;
            }

            @Override
            public boolean supports(Class<?> authentication) {
                return true;
            }
        });
        manager.setAuthenticationEventPublisher(new DefaultAuthenticationEventPublisher(published::add));

        assertThatExceptionOfType(SessionLimitReachedException.class)
                .isThrownBy(() ->
                        manager.authenticate(UsernamePasswordAuthenticationToken.unauthenticated("alice", "password")))
                .withMessageContaining("1 session");
        assertThat(published).isEmpty();
        assertThat(node.check(first.session().id()).status().name()).isEqualTo("LIVE");
        assertThat(node.service.getUserSessions("alice")).hasSize(1);
    }

    @Test
    void loginReplacesTheSessionThatItNames() {
        TestNode node = node(LIMIT + 1, REJECT);
        TokenGrant first = trackedLogin(node);
        TokenGrant second = node.tokens()
                .login("alice", SessionMetadata.none(), null, first.session().id());
        assertThatExceptionOfType(SessionEndedException.class)
                .isThrownBy(() -> node.refresh(first))
                .satisfies(ended -> assertThat(ended.reason()).contains(SessionEndReason.REPLACED));
        UserSession third = node.service.createSession(
                "alice", SessionMetadata.none(), second.session().id());
        assertThat(node.service.getUserSessions("alice"))
                .extracting(UserSession::id)
                .containsExactly(third.id());
    }

    @Test
    void nobodyReplacesASessionOfSomebodyElse() {
        TestNode node = node();
        UserSession bobs = node.login("bob");
        for (String id : new String[] {bobs.id(), "never-there", "not a session id", ""}) {
            node.tokens().login("mallory", SessionMetadata.none(), null, id);
        }
        assertThat(node.service.findSession(bobs.id())).isPresent();
        assertThat(node.service.getUserSessions("mallory")).hasSize(4);
    }

    @Test
    void loginOfAnOutageReplacesASessionAfterwards() {
        TestNode node = TestNode.at(network.url());
        nodes.add(node);
        TokenGrant first = trackedLogin(node);
        String bobs = node.login("bob").id();
        node.awaitCached(first.session().id());
        network.drop(Direction.TO_SERVER, Direction.TO_CLIENT);
        SessionTokens tokens = node.tokens();
        for (String id : List.of(first.session().id(), bobs)) {
            assertThat(tokens.login("alice", SessionMetadata.none(), null, id)
                            .session()
                            .tracked())
                    .isFalse();
        }
        assertThat(node.pendingRevocations()).isEqualTo(2);
        assertThat(node.check(bobs)).as("a client may name any id").isNotEqualTo(Result.ENDED_BY_DENYLIST);
        network.heal();
        await().atMost(TestNode.PATIENCE).until(() -> node.pendingRevocations() == 0);
        assertThat(redis.cli().number("EXISTS", "session:" + first.session().id()))
                .isZero();
        node.awaitCached(bobs);
    }

    @Test
    void loginOfAnOutageIsAdmittedAtItsFirstRefresh() {
        TestNode node = node(LIMIT + 1);
        TokenGrant before = trackedLogin(node);
        try (TestNode cutOff = TestNode.at("redis://127.0.0.1:1", LIMIT + 1)) {
            TokenGrant during = login(cutOff);
            assertThat(during.session().tracked()).isFalse();
            assertThat(node.refresh(during).session().tracked()).isTrue();
            assertEndedByTheLimit(node, before);
            assertThat(node.service.getUserSessions("alice"))
                    .extracting(UserSession::id)
                    .containsExactly(during.session().id());
        }
    }

    @Test
    void outageUnderRejectRejectsTheLogin() {
        TestNode node = node(LIMIT + 1, "session.tracking.outage-policy=reject");
        node.login("alice");
        network.drop(Direction.TO_SERVER, Direction.TO_CLIENT);
        assertThatExceptionOfType(SessionStoreUnavailableException.class).isThrownBy(() -> login(node));
    }

    @Test
    void limitNeedsSortedSets() {
        assertThatExceptionOfType(BeanCreationException.class)
                .isThrownBy(() -> node(LIMIT + 1, "session.tracking.user-index-type=set"))
                .withStackTraceContaining("this store does not limit sessions");
    }

    @Test
    void limitMustBeSensible() {
        assertThatExceptionOfType(BeanCreationException.class)
                .isThrownBy(() -> node(LIMIT + 0))
                .withStackTraceContaining("must be between 1 and 1000");
    }
}
