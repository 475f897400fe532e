// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;

/** The whole sample, started as its users start it, embedded Redis included, on a free port; Redis empty each time. */
@Import(CheapPasswords.class)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        useMainMethod = UseMainMethod.ALWAYS,
        properties = {"session.tracking.connect-timeout=5s", "session.tracking.command-timeout=2s"})
abstract class AbstractSampleTests {

    SampleClient sample;

    RedisCli redis;

    @BeforeEach
    void connect(@LocalServerPort int port, @Value("${session.tracking.redis-url}") String redisUrl) {
        sample = new SampleClient(port);
        redis = new RedisCli(redisUrl);
        sample.awaitTracking();
        redis.run(cli -> cli.flushall());
    }
}
