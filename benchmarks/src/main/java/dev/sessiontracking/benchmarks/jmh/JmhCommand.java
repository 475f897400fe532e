// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import dev.sessiontracking.benchmarks.report.Conditions;
import dev.sessiontracking.benchmarks.report.Results;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the JMH benchmarks of this package, counting allocations, and keeps the raw result. */
public final class JmhCommand {

    private JmhCommand() {}

    /**
     * Runs the benchmarks.
     *
     * @param options as for JMH, for example a part of a benchmark's name
     */
    public static void run(List<String> options) throws RunnerException, CommandLineOptionException {
        Conditions conditions = new Conditions();
        CommandLineOptions commandLine = new CommandLineOptions(options.toArray(String[]::new));
        ChainedOptionsBuilder all = new OptionsBuilder()
                .parent(commandLine)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
        if (!commandLine.getResult().hasValue()) {
            all.resultFormat(ResultFormatType.JSON)
                    .result(Results.file("jmh", "json").toString());
        }
        String table = JmhTable.of(new Runner(all.build()).run());
        System.out.println(table);
        Results.write("jmh", "md", "# One operation in process\n\n" + conditions.markdown() + "\n" + table);
    }
}
