// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.sample.SampleClient.Tokens;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Redis goes away before each test, and comes back, empty, after it. */
@Import(CheapPasswords.class)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        useMainMethod = UseMainMethod.ALWAYS,
        properties = "session.tracking.command-timeout=1s")
@DirtiesContext
abstract class AbstractOutageTests {

    static EmbeddedRedis redis;

    SampleClient sample;

    Tokens before;

    @BeforeAll
    static void startRedis() throws IOException {
        redis = EmbeddedRedis.startOnFreePort();
    }

    @DynamicPropertySource
    static void useIt(DynamicPropertyRegistry properties) {
        properties.add("session.tracking.redis-url", () -> redis.url());
    }

    @AfterAll
    static void stopRedis() {
        redis.stop();
    }

    @BeforeEach
    void logInAndLoseRedis(@LocalServerPort int port) {
        sample = new SampleClient(port);
        sample.awaitTracking();
        before = sample.login("alice");
        assertThat(before.sessionId()).isNotNull();
        redis.stop();
    }

    @AfterEach
    void bringRedisBack() throws IOException {
        if (redis.isRunning()) {
            new RedisCli(redis.url()).run(cli -> cli.flushall());
        } else {
            startRedisAgain();
        }
    }

    void startRedisAgain() throws IOException {
        redis = EmbeddedRedis.startOn(redis.port());
        sample.awaitTracking();
    }
}
