// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.benchmarks.jmh.CheckBenchmark;
import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** That the benchmarks run. What they find depends on the machine and is not asserted. */
class JmhTests {

    @Test
    void aHitIsAnsweredByTheCache() throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(CheckBenchmark.class.getName() + ".hit$")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(100))
                        .shouldFailOnError(true)
                        .build())
                .run();
        assertThat(results).hasSize(1);
    }
}
