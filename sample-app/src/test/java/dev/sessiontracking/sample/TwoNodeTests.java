// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.sample.SampleClient.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** Several samples on one Redis. */
@ExtendWith(OutputCaptureExtension.class)
class TwoNodeTests {

    private static final String SECRET = "a secret of at least 32 characters";

    private static final List<ConfigurableApplicationContext> NODES = new ArrayList<>();

    private static EmbeddedRedis redis;

    private static SampleClient first;

    private static SampleClient second;

    @BeforeAll
    static void startNodes() throws IOException {
        redis = EmbeddedRedis.startOnFreePort();
        first = start(SECRET);
        second = start(SECRET);
    }

    @AfterAll
    static void stopAll() {
        NODES.forEach(ConfigurableApplicationContext::close);
        redis.stop();
    }

    private static SampleClient start(String secret) {
        ConfigurableApplicationContext node = new SpringApplicationBuilder(SampleApplication.class)
                .run(
                        "--server.port=0",
                        "--session.tracking.redis-url=" + redis.url(),
                        "--sample.signing-secret=" + secret);
        NODES.add(node);
        SampleClient client =
                new SampleClient(node.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
        client.awaitTracking();
        return client;
    }

    @Test
    void sessionRevokedAtOneNodeIsRejectedByTheOther() {
        Tokens alice = first.login("alice");
        assertThat(first.get("/me", alice.access()).status()).isEqualTo(200);
        assertThat(second.get("/me", alice.access()).status()).isEqualTo(200);

        assertThat(second.delete("/sessions/" + alice.sessionId(), alice.access())
                        .status())
                .isEqualTo(204);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(first.get("/me", alice.access()).status()).isEqualTo(401));
        second.get("/me", alice.access()).assertProblem(401);
        first.refresh(alice.refresh()).assertProblem(401);
    }

    @Test
    void nodesRefreshEachOthersTokens() {
        Tokens refreshed = Tokens.of(second.refresh(first.login("alice").refresh()));

        assertThat(first.get("/me", refreshed.access()).status()).isEqualTo(200);
    }

    @Test
    void nodesWithoutTheSameSecretRejectEachOthersTokens() {
        SampleClient other = start(SECRET.replace('a', 'b'));
        SampleClient none = start("");

        other.get("/me", first.login("alice").access()).assertProblem(401);
        none.get("/me", first.login("alice").access()).assertProblem(401);
        first.get("/me", none.login("alice").access()).assertProblem(401);
    }

    @Test
    void shortSecretFailsAtStartWithoutShowingIt(CapturedOutput output) {
        Throwable failure = catchThrowable(() -> start("0123456789-sekret-0123456789abc"));

        assertThat(failure).isNotNull();
        assertThat(output)
                .contains("sample.signing-secret must have at least 32 characters, but has 31")
                .doesNotContain("sekret");
    }
}
