// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import dev.sessiontracking.testkit.TestCertificates;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Encryption by Spring's SSL bundles. */
@ExtendWith(OutputCaptureExtension.class)
class TlsTests {

    @TempDir
    static Path directory;

    private static TestCertificates certificates;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SslAutoConfiguration.class,
                    RedisSessionStoreAutoConfiguration.class,
                    SessionTrackingAutoConfiguration.class))
            .withPropertyValues(
                    "spring.ssl.bundle.pem.trusting.truststore.certificate=file:" + certificates.file("ca.crt"),
                    "spring.ssl.bundle.pem.known.truststore.certificate=file:" + certificates.file("ca.crt"),
                    "spring.ssl.bundle.pem.known.keystore.certificate=file:" + certificates.file("client.crt"),
                    "spring.ssl.bundle.pem.known.keystore.private-key=file:" + certificates.file("client.key"));

    @BeforeAll
    static void createCertificates() {
        certificates = TestCertificates.createIn(directory);
    }

    private void isUsed(String url, String bundle) {
        runner.withPropertyValues("session.tracking.redis-url=" + url, "session.tracking.ssl.bundle=" + bundle)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    SessionService sessions = context.getBean(SessionService.class);
                    String id = await().atMost(TestNode.PATIENCE)
                            .until(
                                    () -> sessions.createSession("alice", SessionMetadata.none()),
                                    session -> session.tracked())
                            .id();
                    SessionChecker checker = context.getBean(SessionChecker.class);
                    await().atMost(TestNode.PATIENCE)
                            .until(() -> checker.check(TokenSession.of(id)) == Result.LIVE_BY_CACHE);
                });
    }

    private void isNotUsed(String url, String... properties) {
        runner.withPropertyValues("session.tracking.redis-url=" + url)
                .withPropertyValues(properties)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    SessionService sessions = context.getBean(SessionService.class);
                    for (int i = 0; i < 10; i++) {
                        assertThat(sessions.createSession("alice", SessionMetadata.none())
                                        .tracked())
                                .isFalse();
                    }
                    // Told on a thread of its own.
                    SessionTracking tracking = context.getBean(SessionTracking.class);
                    await().atMost(TestNode.PATIENCE)
                            .until(() -> tracking.state().outage() != null);
                });
    }

    @Test
    void ownAuthorityIsTrusted() {
        try (RedisServer server = RedisServers.start(certificates.serverArgs())) {
            isUsed(server.tlsUrl(), "trusting");
        }
    }

    @Test
    void clientCertificateIsShown() {
        try (RedisServer server = RedisServers.start(certificates.serverArgsWithClientCertificates())) {
            isUsed(server.tlsUrl(), "known");
            isNotUsed(server.tlsUrl(), "session.tracking.ssl.bundle=trusting");
        }
    }

    @Test
    void everyNodeOfAClusterIsReachedEncrypted() {
        String[] args = Stream.concat(
                        Stream.of(certificates.serverArgs()),
                        Stream.of("--cluster-enabled", "yes", "--tls-cluster", "yes"))
                .toArray(String[]::new);
        try (RedisServer server = RedisServers.startLocal(args)) {
            server.cli()
                    .command(Stream.concat(
                                    Stream.of("CLUSTER", "ADDSLOTS"),
                                    java.util.stream.IntStream.range(0, 16_384).mapToObj(Integer::toString))
                            .toArray(String[]::new));
            await().until(() ->
                    String.valueOf(server.cli().text("CLUSTER", "INFO")).contains("cluster_state:ok"));
            isUsed(server.tlsUrl().replace("rediss:", "rediss-cluster:"), "trusting");
        }
    }

    @Test
    void unknownAuthorityIsNotTrusted(CapturedOutput output) {
        try (RedisServer server = RedisServers.start(certificates.serverArgs())) {
            isNotUsed(server.tlsUrl());
            assertThat(output).contains("the certificate of the server is not trusted");
        }
    }

    /** The certificate that is meant for a client names no host. */
    @Test
    void nameOfTheHostIsVerified() {
        String[] args = certificates.serverArgs();
        args[1] = certificates.file("client.crt");
        args[3] = certificates.file("client.key");
        try (RedisServer server = RedisServers.start(args)) {
            isNotUsed(server.tlsUrl(), "session.tracking.ssl.bundle=trusting");
        }
    }

    @Test
    void unknownBundleFailsTheStart() {
        runner.withPropertyValues(
                        "session.tracking.redis-url=rediss://127.0.0.1:1", "session.tracking.ssl.bundle=nothing")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .satisfies(cause -> assertThat(cause).hasMessageContaining("nothing")));
    }

    @Test
    void bundleWithoutEncryptionFailsTheStart() {
        runner.withPropertyValues(
                        "session.tracking.redis-url=redis://127.0.0.1:1", "session.tracking.ssl.bundle=trusting")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(SessionTrackingSetupException.class)
                        .hasMessageContaining("without encryption"));
    }
}
