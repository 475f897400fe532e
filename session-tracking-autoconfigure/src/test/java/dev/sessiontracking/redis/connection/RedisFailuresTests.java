// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionStoreUnavailableException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisFailuresTests {

    private static final String AUTHENTICATION =
            "authentication failed, check the user and the password in session.tracking.redis-url";

    private static final String SENTINEL_AUTHENTICATION = "the sentinels rejected the login, check"
            + " session.tracking.sentinel.username and session.tracking.sentinel.password";

    private static final String SECRETS = " sekret-host/192.0.2.7:6379 user:sekret";

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new RedisCommandTimeoutException("sekret"), "timeout"),
                Arguments.of(error("OOM command not allowed"), "error reply OOM"),
                Arguments.of(
                        error("ERR Error running script (call to f_1): @user_script:16: -OOM command not allowed"),
                        "error reply \"ERR Error running script (call to f\""),
                Arguments.of(error("NOAUTH" + SECRETS), AUTHENTICATION),
                Arguments.of(error("sekret"), "error reply of another kind"),
                Arguments.of(connection(new ConnectException(SECRETS)), "connection refused"),
                Arguments.of(connection(new ConnectTimeoutException(SECRETS)), "connect timeout"),
                Arguments.of(connection(new UnknownHostException(SECRETS)), "unknown host"),
                Arguments.of(connection(new SSLHandshakeException(SECRETS)), "TLS handshake failed"),
                Arguments.of(connection(error("WRONGPASS" + SECRETS)), AUTHENTICATION),
                Arguments.of(connection(null), "no connection"),
                Arguments.of(ofSeveral(new SSLHandshakeException(SECRETS)), "TLS handshake failed"),
                Arguments.of(ofSeveral(new ConnectException(), connection(error("WRONGPASS"))), AUTHENTICATION),
                Arguments.of(sentinel(error("WRONGPASS" + SECRETS)), SENTINEL_AUTHENTICATION),
                Arguments.of(sentinel(new ConnectException(SECRETS)), "connection refused"),
                Arguments.of(
                        suppressing(new RedisCommandTimeoutException("sekret"), error("NOPERM")), "error reply NOPERM"),
                Arguments.of(new RedisConnectionException("a", new RedisException("b")), "no connection"),
                Arguments.of(new RedisException("Currently not connected"), "not connected"));
    }

    private static RedisCommandExecutionException error(String reply) {
        return new RedisCommandExecutionException(reply);
    }

    private static RedisConnectionException connection(Throwable cause) {
        return new RedisConnectionException("Unable to connect to" + SECRETS, cause);
    }

    /** As Lettuce says it when none of several nodes or sentinels was of use. */
    private static RedisConnectionException ofSeveral(Throwable... each) {
        return suppressing(connection(new RedisException("none of" + SECRETS)), each);
    }

    private static RedisConnectionException sentinel(Throwable cause) {
        RedisConnectionException one =
                new RedisConnectionException("Cannot connect Redis Sentinel at" + SECRETS, cause);
        return connection(suppressing(
                new RedisConnectionException("Cannot connect to a Redis Sentinel:" + SECRETS, new ConnectException()),
                one));
    }

    private static <T extends Throwable> T suppressing(T failure, Throwable... each) {
        for (Throwable suppressed : each) {
            failure.addSuppressed(suppressed);
        }
        return failure;
    }

    @Test
    void failuresThatNameEachOtherAreNoTrap() {
        RedisException one = new RedisException("one");
        one.addSuppressed(new RedisException("two", one));
        assertThat(RedisFailures.inWords(one)).isEqualTo("not connected");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void reasonIsInWordsWithoutSecrets(Throwable failure, String words) {
        SessionStoreUnavailableException unavailable =
                RedisFailures.unavailable(new CompletionException(new CompletionException(failure)));
        assertThat(unavailable).hasMessage("Redis did not answer: " + words);
        assertThat(unavailable).hasCause(failure);
    }

    /** Lettuce opens a connection to a node of a cluster with the first command for it. */
    @Test
    void nodeThatCannotBeReachedHasNotAnswered() {
        RedisException failure = new RedisCommandExecutionException(
                "io.lettuce.core.RedisConnectionException: Unable to connect to 127.0.0.1:6379");
        assertThat(RedisFailures.isNotSent(failure)).isTrue();
        assertThat(RedisFailures.isNoAnswer(failure)).isTrue();
        assertThat(RedisFailures.isOutage(failure)).isTrue();
        assertThat(RedisFailures.inWords(failure)).isEqualTo("no connection");
    }

    @Test
    void whatIsSaidAlreadyStaysAsItIs() {
        SessionStoreUnavailableException said = new SessionStoreUnavailableException("said", null);
        assertThat(RedisFailures.unavailable(new CompletionException(said))).isSameAs(said);
    }

    @Test
    void translatedStageFailsWithOneExceptionOnly() {
        CompletableFuture<String> translated = RedisFailures.translated(
                        CompletableFuture.<String>failedFuture(new IllegalStateException()))
                .toCompletableFuture();
        assertThat(translated)
                .isCompletedExceptionally()
                .failsWithin(java.time.Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(SessionStoreUnavailableException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "WRONGTYPE Operation against a key, true",
        "ERR something about WRONGTYPE, false",
        "WRONGPASS invalid, false"
    })
    void wrongTypeIsToldFromOtherErrors(String reply, boolean isWrongType) {
        assertThat(RedisFailures.isWrongType(new CompletionException(error(reply))))
                .isEqualTo(isWrongType);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OOM x",
                "MISCONF x",
                "NOREPLICAS x",
                "READONLY x",
                "WRONGTYPE x",
                "NOPERM x",
                "ERR Error running script x"
            })
    void errorThatConcernsOneCommandIsNoOutage(String reply) {
        assertThat(RedisFailures.isOutage(RedisFailures.unavailable(error(reply))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOADING x",
                "BUSY x",
                "MASTERDOWN x",
                "CLUSTERDOWN x",
                "TRYAGAIN x",
                "NOAUTH x",
                "ERR max requests limit exceeded"
            })
    void errorThatConcernsEveryCommandIsAnOutage(String reply) {
        assertThat(RedisFailures.isOutage(RedisFailures.unavailable(error(reply))))
                .isTrue();
    }

    @Test
    void silenceIsAnOutage() {
        assertThat(RedisFailures.isOutage(new RedisCommandTimeoutException("late")))
                .isTrue();
        assertThat(RedisFailures.isOutage(new RedisException("not connected"))).isTrue();
        assertThat(RedisFailures.isOutage(connection(new ConnectException()))).isTrue();
    }
}
