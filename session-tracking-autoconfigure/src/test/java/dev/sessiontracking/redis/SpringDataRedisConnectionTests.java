// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** Session tracking in the Redis that the application has configured for Spring Data. */
class SpringDataRedisConnectionTests {

    private static final String USE = "session.tracking.use-spring-data-redis=true";

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SslAutoConfiguration.class,
                    DataRedisAutoConfiguration.class,
                    SpringDataRedisConnectionAutoConfiguration.class,
                    RedisSessionStoreAutoConfiguration.class,
                    SessionTrackingAutoConfiguration.class));

    @Test
    void sessionsAreInTheServerOfTheApplication() {
        runner.withPropertyValues(USE, "spring.data.redis.url=" + redis.url() + "/3")
                .run(context -> {
                    assertThat(context).hasSingleBean(RedisConnectionFactory.class);
                    String id = context.getBean(SessionService.class)
                            .createSession("alice", SessionMetadata.none())
                            .id();
                    redis.cli().command("SELECT", "3");
                    assertThat(redis.cli().number("EXISTS", "session:" + id)).isOne();
                    redis.cli().command("SELECT", "0");
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    host=h,port=7000,database=2                              | redis://h:7000/2
                    host=h,username=u,password=p@:/?#%+ s                    | redis://h:6379/0
                    sentinel.master=m,sentinel.nodes=a:1;b:2,database=1      | redis-sentinel://a:1,b:2/1#m
                    cluster.nodes=a:1;b:2                                    | redis-cluster://a:1,b:2
                    url=rediss://h:7000,ssl.enabled=true                     | rediss://h:7000/0
                    """)
    void everyFormIsUnderstood(String properties, String expected) {
        runner.withPropertyValues(USE, "session.tracking.connect-timeout=50ms")
                .withPropertyValues(java.util.Arrays.stream(properties.split(","))
                        .map(property -> "spring.data.redis." + property.replace(';', ','))
                        .toArray(String[]::new))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    RedisUrl url = RedisUrl.parse(context.getBean(SessionTrackingConnectionDetails.class)
                            .redisUrl());
                    assertThat(url).hasToString(expected);
                    assertThat(context.getBean(RedisLink.class).connector().url())
                            .isEqualTo(url);
                    if (properties.contains("password")) {
                        assertThat(url.username()).isEqualTo("u");
                        assertThat(url.password()).isEqualTo("p@:/?#%+ s");
                    }
                });
    }

    @Test
    void sentinelsHaveTheirOwnLogin() {
        runner.withPropertyValues(
                        USE,
                        "session.tracking.connect-timeout=50ms",
                        "spring.data.redis.sentinel.master=m",
                        "spring.data.redis.sentinel.nodes=a:1",
                        "spring.data.redis.sentinel.username=u",
                        "spring.data.redis.sentinel.password=p")
                .run(context -> assertThat(context.getBean(SessionTrackingConnectionDetails.class))
                        .returns("u", SessionTrackingConnectionDetails::sentinelUsername)
                        .returns("p", SessionTrackingConnectionDetails::sentinelPassword));
    }

    @Test
    void bundleIsUsed(@TempDir Path directory) {
        var certificates = dev.sessiontracking.testkit.TestCertificates.createIn(directory);
        try (var server = dev.sessiontracking.testkit.RedisServers.start(certificates.serverArgs())) {
            runner.withPropertyValues(
                            USE,
                            "spring.ssl.bundle.pem.own.truststore.certificate=file:" + certificates.file("ca.crt"),
                            "spring.data.redis.ssl.bundle=own",
                            "spring.data.redis.host=" + server.host(),
                            "spring.data.redis.port=" + server.tlsPort())
                    .run(context -> await().until(() -> context.getBean(SessionService.class)
                            .createSession("alice", SessionMetadata.none())
                            .tracked()));
        }
    }

    @Test
    void isNotUsedUnlessAskedFor() {
        runner.withPropertyValues("spring.data.redis.url=" + redis.url())
                .run(context -> assertThat(context).doesNotHaveBean(SessionTrackingConnectionDetails.class));
    }

    @Test
    void beanOfTheApplicationGoesFirst() {
        SessionTrackingConnectionDetails own = redis::url;
        runner.withPropertyValues(USE)
                .withBean(SessionTrackingConnectionDetails.class, () -> own)
                .run(context -> assertThat(context.getBean(SessionTrackingConnectionDetails.class))
                        .isSameAs(own));
    }

    @Test
    void failsBesideAUrl() {
        runner.withPropertyValues(USE, "session.tracking.redis-url=" + redis.url())
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(SessionTrackingSetupException.class)
                        .hasMessageContaining("session.tracking.redis-url is set too"));
    }

    @Test
    void failsWithoutTheModule() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SpringDataRedisConnectionAutoConfiguration.class,
                        RedisSessionStoreAutoConfiguration.class,
                        SessionTrackingAutoConfiguration.class))
                .withPropertyValues(USE)
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.data.redis"))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(SessionTrackingSetupException.class)
                        .hasMessageContaining("session.tracking.use-spring-data-redis"));
    }

    @Test
    void nameOfBootsClassExists() throws ClassNotFoundException {
        assertThat(Class.forName(SpringDataRedisConnectionAutoConfiguration.BOOT))
                .isEqualTo(DataRedisAutoConfiguration.class);
    }
}
