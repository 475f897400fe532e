// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RespFramesTests {

    private final RespFrames frames = new RespFrames();

    @ParameterizedTest
    @CsvSource({
        "+OK;, 1",
        "-ERR no;, 1",
        ":1;:2;, 2",
        "$-1;, 1",
        "$0;;, 1",
        "$5;a+b:c;, 1",
        "*-1;, 1",
        "*0;, 1",
        "*2;$1;a;*1;:1;_;, 2",
        "%1;+key;*2;:1;:2;#t;, 2",
        ">2;+invalidate;*1;$1;a;+OK;, 1",
        ">2;+invalidate;_;, 0",
    })
    void countsReplies(String replies, int expected) {
        byte[] bytes = replies.replace(";", "\r\n").getBytes(StandardCharsets.UTF_8);
        frames.feed(bytes);
        assertThat(frames.complete()).isEqualTo(expected);
        assertThat(frames.atBoundary()).isTrue();
    }

    @Test
    void countsCommandsThatArriveByteByByte() {
        byte[] bytes = Resp.command("SET", "key", "*1\r\n$1\r\nx\r\n");
        for (int i = 0; i < bytes.length; i++) {
            assertThat(frames.complete()).isZero();
            assertThat(frames.atBoundary()).isEqualTo(i == 0);
            frames.feed(new byte[] {bytes[i]});
        }
        assertThat(frames.complete()).isOne();
        assertThat(frames.atBoundary()).isTrue();
    }

    @Test
    void countsNothingOfAnotherProtocol() {
        byte[] hello = "\u0016\u0003\n*hello\n+OK\r\n".getBytes(StandardCharsets.ISO_8859_1);
        frames.feed(hello);
        frames.feed("+OK\r\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(frames.complete()).isOne();
        assertThat(frames.atBoundary()).isFalse();
    }
}
