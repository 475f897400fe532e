// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisLogins;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.redis.connection.SentinelProperties;
import dev.sessiontracking.redis.format.UserIndexType;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and proxies that connect in an unusual way: old protocols, changing passwords, several addresses. */
class UnusualProxyTests {

    private static final RedisProperties PROPERTIES =
            new RedisProperties(null, "", Duration.ofSeconds(2), Duration.ofSeconds(2), UserIndexType.ZSET);

    /** Envoy and others; AUTH and all other commands work. There is no near cache, since nothing can be pushed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-unsupported command 'HELLO'",
                "-ERR unsupported command 'HELLO'",
                "-invalid request",
                "-NOAUTH Authentication required.",
                "-ERR HELLO with AUTH is not supported, use AUTH"
            })
    void refusalOfHelloLeadsToTheOlderProtocol(String refusal) {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            server.pushNothing();
            server.script((client, command) -> switch (command.get(0)) {
                case "HELLO" -> List.of(refusal + "\r\n");
                case "AUTH" -> List.of("+OK\r\n");
                case "GET" -> List.of("$-1\r\n");
                default -> null;
            });
            try (TestNode node = TestNode.at(server.url().replace("//", "//:sekret@"))) {
                node.awaitAnswer("nobody", Result.ENDED_BY_STORE);
                assertThat(node.bean(SessionTracking.class).state().misconfiguration())
                        .isNull();
            }
            assertThat(server.count("AUTH")).isPositive();
        }
    }

    @Test
    void passwordIsReadAgainForEachConnection() {
        try (RedisServer server = RedisServers.startLocal("--requirepass", "first")) {
            AtomicReference<String> password = new AtomicReference<>("first");
            SessionTrackingConnectionDetails details =
                    () -> "redis://:" + password.get() + "@127.0.0.1:" + server.port();
            try (RedisConnector connector =
                    connector(RedisUrl.parse(details.redisUrl()), RedisLogins.of(details), null)) {
                var connection = connector
                        .connect(failure -> {})
                        .orTimeout(15, TimeUnit.SECONDS)
                        .join();
                server.cli().command("CONFIG", "SET", "requirepass", "second");
                password.set("second");
                try (var cli = dev.sessiontracking.testkit.RedisCli.to("127.0.0.1", server.port())
                        .withPassword("second")) {
                    cli.command("CLIENT", "KILL", "TYPE", "normal");
                }
                await().atMost(TestNode.PATIENCE)
                        .ignoreExceptions()
                        .untilAsserted(
                                () -> assertThat(connection.async().get("key").get(1, TimeUnit.SECONDS))
                                        .isNull());
            }
        }
    }

    /** Nothing listens at the first address. */
    @Test
    void everyAddressOfANameIsTried() throws Exception {
        try (RedisServer server = RedisServers.startLocal("--bind", "127.0.0.1")) {
            RedisUrl url = RedisUrl.parse("redis://redis.example:" + server.port());
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            AddressResolverGroup<InetSocketAddress> names = names("127.0.0.2", "127.0.0.1");
            try (RedisConnector connector = connector(url, RedisLogins.fixed(url, SentinelProperties.NONE), names)) {
                CompletableFuture<?> made = connector.connect(failures::add);
                made.get(15, TimeUnit.SECONDS);
                assertThat(failures).isEmpty();
            }
        }
    }

    private static RedisConnector connector(RedisUrl url, RedisLogins logins, AddressResolverGroup<?> names) {
        return new RedisConnector(
                url,
                PROPERTIES,
                logins,
                null,
                names == null ? io.lettuce.core.resource.DefaultClientResources.DEFAULT_ADDRESS_RESOLVER_GROUP : names);
    }

    private static AddressResolverGroup<InetSocketAddress> names(String... addresses) {
        return new AddressResolverGroup<>() {
            @Override
            protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
                return new InetNameResolver(executor) {
                    @Override
                    protected void doResolve(String name, Promise<InetAddress> promise) throws Exception {
                        promise.setSuccess(address(name, addresses[0]));
                    }

                    @Override
                    protected void doResolveAll(String name, Promise<List<InetAddress>> promise) throws Exception {
                        promise.setSuccess(List.of(address(name, addresses[0]), address(name, addresses[1])));
                    }
                }.asAddressResolver();
            }
        };
    }

    private static InetAddress address(String name, String address) throws UnknownHostException {
        return InetAddress.getByAddress(name, InetAddress.getByName(address).getAddress());
    }
}
