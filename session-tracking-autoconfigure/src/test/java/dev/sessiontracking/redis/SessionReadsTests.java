// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionStoreUnavailableException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What the length of a value says of a session. */
class SessionReadsTests {

    @Test
    void sessionHasALength() {
        assertThat(SessionReads.isSession(1L, null)).isTrue();
        assertThat(SessionReads.isSession(0L, null)).isFalse();
    }

    @Test
    void valueOfAnotherTypeIsNone() {
        assertThat(SessionReads.isSession(
                        null, new CompletionException(new RedisCommandExecutionException("WRONGTYPE a list"))))
                .isFalse();
    }

    @Test
    void noAnswerIsNeverNoSession() {
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> SessionReads.isSession(null, new RedisCommandTimeoutException("none")));
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> SessionReads.isSession(null, null));
    }
}
