// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpreadTests {

    @Test
    void takesTheMiddleOfAnOddNumber() {
        assertThat(Spread.of(3, 1, 2)).isEqualTo(new Spread(2, 1, 3));
    }

    @Test
    void takesTheMiddleBetweenTwo() {
        assertThat(Spread.of(4, 1, 2, 3).median()).isEqualTo(2.5);
    }

    @Test
    void showsTheExtremes() {
        assertThat(Spread.of(1.5, 0.25, 1).format(2)).isEqualTo("1.00 [0.25–1.50]");
    }
}
