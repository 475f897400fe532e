// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static dev.sessiontracking.testkit.FaultProxy.Direction.TO_CLIENT;
import static dev.sessiontracking.testkit.FaultProxy.Direction.TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class FaultProxyTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private FaultProxy proxy;
    private RedisCli client;

    @BeforeEach
    void connect() {
        proxy = FaultProxy.inFrontOf(redis.server());
        client = RedisCli.to(proxy.host(), proxy.port());
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("fault-proxy-")));
    }

    @Test
    void forwardsAndCounts() {
        String large = "x".repeat(3_000_000);
        assertThat(client.command("SET", "key", large)).isEqualTo("OK");
        assertThat(client.command("GET", "key")).isEqualTo(large);
        assertThat(proxy.url()).isEqualTo("redis://127.0.0.1:" + proxy.port());
        assertThat(proxy.connections()).isOne();
        assertThat(proxy.openConnections()).isOne();
        assertThat(proxy.bytes(TO_SERVER)).isBetween(3_000_000L, 3_000_200L);
        assertThat(proxy.bytes(TO_CLIENT)).isBetween(3_000_000L, 3_000_200L);
        client.close();
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void whatIsDroppedToTheServerArrivesWhenTheNetworkHeals() throws Exception {
        client.command("PING");
        proxy.drop(TO_SERVER);
        Future<Object> answer = inBackground("SET", "key", "value");
        await().until(() -> proxy.bytes(TO_SERVER) > 30);
        assertThat(redis.cli().command("GET", "key")).isNull();
        proxy.heal();
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("OK");
    }

    @Test
    void whatIsDroppedToTheClientWasExecuted() throws Exception {
        client.command("PING");
        proxy.drop(TO_CLIENT);
        Future<Object> answer = inBackground("SET", "key", "value");
        await().until(() -> "value".equals(redis.cli().text("GET", "key")));
        assertThat(answer.isDone()).isFalse();
        proxy.heal();
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("OK");
    }

    @Test
    void connectionThatEndsUnderDropsIsNotNoticed() throws IOException {
        client.command("PING");
        int before = serverConnections();
        proxy.drop();
        client.close();
        assertThat(client.withTimeout(Duration.ofMillis(100)))
                .satisfies(hasty ->
                        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> hasty.command("PING")));
        await().until(() -> serverConnections() == before + 1 && proxy.openConnections() == 2);
        proxy.heal();
        await().until(() -> proxy.openConnections() == 0);
        assertThat(client.command("PING")).isEqualTo("PONG");
    }

    @Test
    void delaysEachDirection() {
        client.command("PING");
        proxy.delay(Duration.ofMillis(300), TO_SERVER);
        assertThat(timeOfPing()).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        proxy.delay(Duration.ofMillis(300));
        assertThat(timeOfPing()).isGreaterThanOrEqualTo(Duration.ofMillis(600));
        proxy.heal();
        await().until(() -> timeOfPing().compareTo(Duration.ofMillis(300)) < 0);
    }

    @Test
    void delayedCommandsDoNotWaitForEachOther() throws IOException {
        proxy.delay(Duration.ofMillis(500), TO_SERVER);
        try (Socket socket = new Socket(proxy.host(), proxy.port())) {
            long start = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                socket.getOutputStream().write(Resp.command("INCR", "counter"));
                socket.getOutputStream().flush();
            }
            for (long i = 1; i <= 10; i++) {
                assertThat(Resp.read(socket.getInputStream())).isEqualTo(i);
            }
            assertThat(since(start)).isBetween(Duration.ofMillis(500), Duration.ofMillis(4_900));
        }
    }

    @Test
    void countsRoundTrips() throws IOException {
        proxy.delay(Duration.ofMillis(30));
        try (Socket socket = new Socket(proxy.host(), proxy.port())) {
            for (int trip = 1; trip <= 2; trip++) {
                socket.getOutputStream().write(Resp.command("INCR", "counter"));
                socket.getOutputStream().write(Resp.command("INCR", "counter"));
                Resp.read(socket.getInputStream());
                Resp.read(socket.getInputStream());
                assertThat(proxy.roundTrips()).isEqualTo(trip);
            }
        }
    }

    @Test
    void refusesNewConnectionsAndKeepsTheOthers() {
        client.command("PING");
        proxy.refuse();
        assertThat(client.command("PING")).isEqualTo("PONG");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> RedisCli.to(proxy.host(), proxy.port()).command("PING"))
                .withCauseInstanceOf(ConnectException.class);
        proxy.accept();
        assertThat(RedisCli.to(proxy.host(), proxy.port()).command("PING")).isEqualTo("PONG");
    }

    @Test
    void cutsWithAReset() throws IOException {
        try (Socket socket = new Socket(proxy.host(), proxy.port())) {
            socket.getOutputStream().write(Resp.command("PING"));
            assertThat(Resp.read(socket.getInputStream())).isEqualTo("PONG");
            proxy.cut();
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.getInputStream().read())
                    .withMessageContaining("reset");
        }
        assertThat(proxy.openConnections()).isZero();
        assertThat(client.command("PING")).isEqualTo("PONG");
    }

    @Test
    void serverThatDiesEndsTheConnection() throws IOException {
        try (Socket socket = new Socket(proxy.host(), proxy.port())) {
            socket.getOutputStream().write(Resp.command("PING"));
            assertThat(Resp.read(socket.getInputStream())).isEqualTo("PONG");
            redis.server().kill();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> client.command("PING"));
    }

    @Test
    void trackingIsLostWithTheUpstreamConnection() throws IOException {
        try (Socket socket = new Socket(proxy.host(), proxy.port())) {
            InputStream in = socket.getInputStream();
            for (List<String> command :
                    List.of(List.of("HELLO", "3"), List.of("CLIENT", "TRACKING", "ON"), List.of("GET", "key"))) {
                socket.getOutputStream().write(Resp.command(command.toArray(String[]::new)));
                Resp.read(in);
            }
            redis.cli().command("SET", "key", "1");
            assertThat(Resp.read(in)).isEqualTo(List.of("invalidate", List.of("key")));

            socket.getOutputStream().write(Resp.command("GET", "key"));
            assertThat(Resp.read(in)).isEqualTo("1");
            assertThat(proxy.reconnectUpstream("HELLO 3")).isOne();
            redis.cli().command("SET", "key", "2");
            socket.getOutputStream().write(Resp.command("CLIENT", "TRACKINGINFO"));
            assertThat(Resp.read(in)).asInstanceOf(LIST).startsWith("flags", List.of("off"));
        }
    }

    @Test
    void reconnectsUnderTrafficWithoutLosingAReply() throws Exception {
        Future<Long> counted = CompletableFuture.supplyAsync(() -> {
            long last = 0;
            for (int i = 1; i <= 250; i++) {
                last = client.number("INCR", "counter");
                assertThat(last).isEqualTo(i);
            }
            return last;
        });
        int reconnects = 0;
        while (!counted.isDone()) {
            reconnects += proxy.reconnectUpstream();
        }
        assertThat(counted.get()).isEqualTo(250);
        assertThat(reconnects).isPositive();
        assertThat(proxy.connections()).isOne();
    }

    @Test
    void leavesAConnectionAloneWhoseReplyIsMissing() throws Exception {
        Future<Object> blocked = inBackground("BLPOP", "list", "20");
        await().until(() -> redis.cli().info("blocked_clients").equals("1"));
        assertThat(proxy.reconnectUpstream()).isZero();
        redis.cli().command("RPUSH", "list", "value");
        assertThat(blocked.get(10, TimeUnit.SECONDS)).isEqualTo(Arrays.asList("list", "value"));
    }

    private Future<Object> inBackground(String... command) {
        RedisCli patient = client.withTimeout(Duration.ofSeconds(20));
        return CompletableFuture.supplyAsync(() -> patient.command(command));
    }

    private Duration timeOfPing() {
        long start = System.nanoTime();
        client.command("PING");
        return since(start);
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static int serverConnections() {
        return Integer.parseInt(redis.cli().info("connected_clients"));
    }
}
