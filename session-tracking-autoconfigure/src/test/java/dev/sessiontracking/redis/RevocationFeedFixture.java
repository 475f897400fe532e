// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.awaitility.Awaitility.await;

import dev.sessiontracking.spi.CachingReader.FeedState.Coverage;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import org.junit.jupiter.api.AfterEach;

/** A server for each test, and nodes that have read its revocation feed. */
abstract class RevocationFeedFixture {

    static final String FEED = "session_revocations";

    final RedisServer server = RedisServers.start();

    @AfterEach
    void close() {
        server.close();
    }

    TestNode node() {
        return node(server.url());
    }

    /** Nobody asks it anything meanwhile. */
    static TestNode node(String url) {
        TestNode node = TestNode.at(url);
        await().atMost(TestNode.PATIENCE).until(() -> node.feed().coverage() == Coverage.COMPLETE);
        return node;
    }
}
