// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.TestLength;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A user with thousands of sessions, who lists and revokes them as fast as possible. */
@Tag("long")
abstract class BulkOperations {

    static final int CLIENTS = TestLength.of(8, 16);

    /** How long others are checked while they list. */
    private static final Duration TIME = Duration.ofSeconds(TestLength.of(2, 5));

    /** A machine that is busy with other things must not look like a server that answers nobody. */
    private static final String PATIENT = "session.tracking.command-timeout=2s";

    TestNode node;

    final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);

    @BeforeEach
    void start() {
        node = TestNode.at(url(), PATIENT);
    }

    @AfterEach
    void close() {
        clients.shutdownNow();
        node.close();
    }

    abstract String url();

    abstract int sessions();

    /** Sends a command to the master of its key, which is the second word. */
    abstract @Nullable Object command(String... words);

    abstract void set(Map<String, String> values);

    void fill(String userId, int sessions) {
        Instant now = Instant.now();
        Map<String, String> values = new LinkedHashMap<>();
        List<String> entries = new ArrayList<>(List.of("ZADD", "user_sessions:" + userId));
        for (int i = 0; i < sessions; i++) {
            String id = userId + "-" + i;
            values.put(
                    "session:" + id,
                    "{\"userId\":\"" + userId + "\",\"ip\":\"203.0.113.7\",\"userAgent\":\"Firefox on Linux\","
                            + "\"createdAt\":\"" + now.plusMillis(i) + "\",\"expiresAt\":\"" + now.plusSeconds(86_400)
                            + "\"}");
            entries.add(String.valueOf(now.plusSeconds(86_400).toEpochMilli() + i));
            entries.add(id);
        }
        set(values);
        command(entries.toArray(String[]::new));
    }

    @Test
    void listingThousandsOfSessionsIsNoOutageForOthers() throws Exception {
        fill("mallory", sessions());
        UserSession alice = node.login("alice");
        UserSession bob = node.login("bob");
        node.awaitCached(alice.id());
        node.awaitCached(bob.id());
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger lists = new AtomicInteger();
        List<CompletableFuture<?>> listing = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            listing.add(CompletableFuture.runAsync(
                    () -> {
                        while (!over.get()) {
                            if (node.service.getUserSessions("mallory").size() == SessionService.MAX_LISTED_SESSIONS) {
                                lists.incrementAndGet();
                            }
                        }
                    },
                    clients));
        }
        long removed = 0;
        int accepted = 0;
        int checks = 0;
        int unverified = 0;
        long end = System.nanoTime() + TIME.toNanos();
        while (System.nanoTime() < end) {
            boolean isStale = removed != 0
                    && System.nanoTime() - removed > Duration.ofMillis(700).toNanos();
            SessionStatus others = node.check(alice.id()).status();
            SessionStatus bobs = node.check(bob.id()).status();
            checks++;
            accepted += isStale && bobs == SessionStatus.LIVE ? 1 : 0;
            unverified += others == SessionStatus.UNKNOWN || bobs == SessionStatus.UNKNOWN ? 1 : 0;
            if (removed == 0
                    && end - System.nanoTime()
                            < TIME.multipliedBy(3).dividedBy(5).toNanos()) {
                command("DEL", "session:" + bob.id());
                removed = System.nanoTime();
            }
            Thread.sleep(2);
        }
        node.login("carol");
        over.set(true);
        CompletableFuture.allOf(listing.toArray(CompletableFuture[]::new)).join();
        assertThat(lists.get()).isGreaterThan(CLIENTS);
        assertThat(accepted).isZero();
        assertThat(checks).isPositive();
        assertThat(unverified).isZero();
        assertThat(node.bean(SessionTracking.class).outages()).isZero();
    }

    @Test
    void revocationOfThousandsOfSessionsEndsThemAll() {
        fill("mallory", sessions());
        assertThat(node.service.revokeAllUserSessions("mallory").count()).isEqualTo(sessions());
        assertThat(command("EXISTS", "user_sessions:mallory")).isEqualTo(0L);
        assertThat(node.bean(SessionTracking.class).outages()).isZero();
    }
}
