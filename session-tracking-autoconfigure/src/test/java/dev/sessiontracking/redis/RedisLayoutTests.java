// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.UserSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/redis-layout.md promises to other writers, and to nodes of the version before. */
class RedisLayoutTests extends SessionStoreFixture {

    private static final Pattern EXAMPLE = Pattern.compile("```redis\n(.*?)```", Pattern.DOTALL);

    /** A word as redis-cli reads it. */
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    /** The index script of the version before this layout was defined. */
    private static final String FORMER_INDEX_SCRIPT = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local expiry = now + tonumber(ARGV[2])
            local known = redis.pcall('ZSCORE', KEYS[1], ARGV[1])
            if not known or tonumber(known) < expiry then
                redis.call('ZADD', KEYS[1], string.format('%.0f', expiry), ARGV[1])
            end
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
            local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
            redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(last[2])))
            return known and 0 or 1
            """;

    private static List<String[]> example() throws IOException {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("..", "docs", "redis-layout.md")));
        assertThat(example.find()).isTrue();
        return example.group(1)
                .lines()
                .map(line -> WORD.matcher(line)
                        .results()
                        .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                        .toArray(String[]::new))
                .toList();
    }

    @Test
    void exampleOfTheDocumentWorks() throws IOException {
        List<Object> replies = new ArrayList<>();
        for (String[] command : example()) {
            if (command[0].equals("DEL")) {
                assertThat(answer(store.exists("7f3a"))).isTrue();
                assertThat(answer(store.findByUser("carol"))).singleElement().satisfies(session -> {
                    assertThat(session.createdAt()).isEqualTo(Instant.ofEpochMilli(1764000000000L));
                    assertThat(session.expiresAt())
                            .isAfter(clock.instant().plus(TTL).minusSeconds(60));
                });
                assertThat(answer(store.renew("7f3a", TTL))).isTrue();
                assertThat(value("session:7f3a")).contains("\"shop_cart\":[1,2.50]");
                assertThat(answer(store.revokeAll("carol", Instant.EPOCH, null, id -> {})))
                        .isEmpty();
            }
            replies.add(raw(command));
        }
        assertThat(replies)
                .containsExactly(
                        1L,
                        1L,
                        "OK",
                        List.of("7f3a"),
                        "{\"userId\":\"carol\",\"createdAt\":1764000000000,\"shop_cart\":[1,2.50]}",
                        604800L,
                        1L,
                        1L);
        assertThat(answer(store.exists("7f3a"))).isFalse();
        assertThat(isThere("user_sessions:carol")).isFalse();
    }

    /** The other example of the document, in Node, sends these. */
    @Test
    void whatTheNodeExampleWritesIsASession() {
        long createdAt = clock.millis();
        long expiresAt = createdAt + TTL.toMillis();
        String until = String.valueOf(expiresAt + 60_000);
        raw("ZADD", "user_sessions:alice", "GT", until, "n");
        raw("PEXPIREAT", "user_sessions:alice", until, "NX");
        raw("PEXPIREAT", "user_sessions:alice", until, "GT");
        raw(
                "SET",
                "session:n",
                "{\"shop_cart\":[1,2],\"userId\":\"alice\",\"createdAt\":" + createdAt + ",\"expiresAt\":" + expiresAt
                        + "}",
                "PX",
                String.valueOf(TTL.toMillis()),
                "NX");
        assertThat(create("a", "alice")).isTrue();
        assertThat(answer(store.findByUser("alice")))
                .extracting(UserSession::id)
                .containsExactlyInAnyOrder("a", "n");
        assertThat(answer(store.find("n"))).map(UserSession::expiresAt).contains(Instant.ofEpochMilli(expiresAt));
        assertThat(answer(store.renew("n", TTL))).isTrue();
        assertThat(value("session:n"))
                .matches("\\{\"shop_cart\":\\[1,2],\"userId\":\"alice\",\"createdAt\":" + createdAt
                        + ",\"expiresAt\":\\d{13},\"lastUsedAt\":\"[^\"]+\"}")
                .doesNotContain(String.valueOf(expiresAt));
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactlyInAnyOrder("a", "n");
        assertThat(isThere("user_sessions:alice")).isFalse();
    }

    @Test
    void nodesOfTheVersionBeforeUseTheSameKeys() {
        create("new", "alice");
        String old = "{\"userId\":\"alice\",\"ip\":\"203.0.113.7\",\"userAgent\":\"Firefox on Linux\",\"createdAt\":\""
                + clock.instant() + "\",\"expiresAt\":\"2030-01-08T00:00:00.123Z\"}";
        String lifetime = String.valueOf(TTL.plusMinutes(1).toMillis());
        assertThat(raw("SET", "session:old", old, "NX", "PX", String.valueOf(TTL.toMillis())))
                .isEqualTo("OK");
        assertThat(raw("EVAL", FORMER_INDEX_SCRIPT, "1", "user_sessions:alice", "old", lifetime))
                .isEqualTo(1L);
        assertThat(index("alice")).containsExactlyInAnyOrder("new", "old");
        assertThat(answer(store.renew("old", TTL))).isTrue();
        assertThat(value("session:old")).startsWith(old.substring(0, old.indexOf("2030-")));
        assertThat(raw("EVAL", FORMER_INDEX_SCRIPT, "1", "user_sessions:alice", "new", lifetime))
                .isEqualTo(0L);
        assertThat(lifetime("user_sessions:alice")).isBetween(TTL, TTL.plusMinutes(2));
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactlyInAnyOrder("new", "old");
        assertThat(isThere("user_sessions:alice")).isFalse();
    }
}
