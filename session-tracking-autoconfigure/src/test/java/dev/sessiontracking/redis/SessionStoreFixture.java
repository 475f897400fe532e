// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.Place.Servers;
import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.UserIndexType;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.Parameter;

/**
 * Two nodes of an application, each with a connection and a clock of its own, over one store. What is asserted is read
 * from the server by hand. A contract is a parameterized class that runs in several places.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SessionStoreFixture {

    static final Duration TTL = Duration.ofDays(7);

    static final SessionMetadata METADATA = SessionMetadata.of("203.0.113.7", "Firefox on Linux");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Parameter
    Place place = Place.STANDALONE;

    Servers servers;

    private final List<RedisConnector> connectors = new ArrayList<>();

    private final List<RedisLink> links = new ArrayList<>();

    private RedisLink firstLink;

    private RedisLink secondLink;

    MutableClock clock;

    SessionStore store;

    SessionStore otherNode;

    /** The type of the indexes that the two nodes make. */
    UserIndexType newIndexes() {
        return place == Place.STANDALONE_SETS ? UserIndexType.SET : UserIndexType.ZSET;
    }

    /** What the nodes connect to. */
    String url() {
        return servers.url();
    }

    /** What somebody types in redis-cli, on the server that holds the key, which is the second word. */
    final @Nullable Object raw(String... words) {
        return servers.cli(words[1]).command(words);
    }

    @BeforeAll
    void connectNodes() {
        servers = place.open();
        firstLink = started();
        secondLink = started();
    }

    @BeforeEach
    void setUpStores() {
        servers.empty();
        clock = MutableClock.startingNow();
        store = store(firstLink, "", newIndexes());
        otherNode = store(secondLink, "", newIndexes());
    }

    @AfterAll
    void closeNodes() {
        links.forEach(RedisLink::close);
        connectors.forEach(RedisConnector::close);
        servers.close();
    }

    private RedisLink started() {
        // Long timeouts: these tests are about what is written, on machines that may be busy.
        RedisConnector connector = new RedisConnector(
                RedisUrl.parse(url()),
                new RedisProperties(null, "", Duration.ofSeconds(5), Duration.ofSeconds(10), UserIndexType.ZSET));
        connectors.add(connector);
        RedisLink link = new RedisLink(connector, new RedisKeys("").heartbeat());
        links.add(link);
        link.connect();
        link.awaitFirstAttempt();
        return link;
    }

    private SessionStore store(RedisLink link, String prefix, UserIndexType newIndexes) {
        return new RedisSessionStore(link, new RedisKeys(prefix), newIndexes, null, clock);
    }

    SessionStore storeWithPrefix(String prefix) {
        return store(firstLink, prefix, UserIndexType.ZSET);
    }

    /** A node that is configured to make sets. */
    SessionStore storeOfSets() {
        return store(firstLink, "", UserIndexType.SET);
    }

    UserSession session(String id, String userId) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return new UserSession(id, userId, METADATA, now, now.plus(TTL), true);
    }

    boolean create(String id, String userId) {
        return create(id, userId, TTL);
    }

    boolean create(String id, String userId, Duration ttl) {
        return answer(store.create(session(id, userId), ttl)).isPresent();
    }

    static <T> T answer(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError("The store did not answer", failed);
        }
    }

    List<String> idsOf(String userId) {
        return answer(store.findByUser(userId)).stream().map(UserSession::id).toList();
    }

    @Nullable
    String value(String key) {
        return (String) raw("GET", key);
    }

    boolean isThere(String key) {
        return number("EXISTS", key) == 1;
    }

    Duration lifetime(String key) {
        return Duration.ofMillis(number("PTTL", key));
    }

    List<String> index(String userId) {
        String key = "user_sessions:" + userId;
        Object members = newIndexes() == UserIndexType.SET ? raw("SMEMBERS", key) : raw("ZRANGE", key, "0", "-1");
        return ((List<?>) Objects.requireNonNull(members))
                .stream().map(String::valueOf).toList();
    }

    long number(String... words) {
        return (Long) Objects.requireNonNull(raw(words));
    }
}
