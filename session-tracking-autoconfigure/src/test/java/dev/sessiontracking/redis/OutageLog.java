// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.springframework.boot.test.system.CapturedOutput;

/** What a node has written since it was well. */
final class OutageLog {

    private static final String BEGIN = "Redis is unavailable";

    private static final String END = "Redis is available again";

    private final CapturedOutput output;

    private final int start;

    private OutageLog(CapturedOutput output) {
        this.output = output;
        this.start = output.getOut().length();
    }

    /** On a busy machine the start of a node may be an outage itself. It is over when the node says so. */
    static OutageLog since(CapturedOutput output) {
        await().atMost(TestNode.PATIENCE)
                .until(() -> !output.getOut().contains(BEGIN) || output.getOut().contains(END));
        return new OutageLog(output);
    }

    String text() {
        return output.getOut().substring(start);
    }

    /** Waits for the end of an outage, the only one. */
    void awaitOneOutage() {
        await().atMost(TestNode.PATIENCE).until(() -> text().contains(END));
        assertThat(text()).containsOnlyOnce(BEGIN).containsOnlyOnce(END);
    }
}
