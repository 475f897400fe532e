// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LineTests {

    @Test
    void goesThroughPointsOfALine() {
        Line line = Line.through(List.of(new Line.Point(1, 150), new Line.Point(3, 250), new Line.Point(5, 350)));
        assertThat(line.atZero()).isCloseTo(100, within(1e-9));
        assertThat(line.slope()).isCloseTo(50, within(1e-9));
    }
}
