// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks;

import dev.sessiontracking.benchmarks.chain.ChainCommand;
import dev.sessiontracking.benchmarks.http.PropagationCommand;
import dev.sessiontracking.benchmarks.http.SideBySideCommand;
import dev.sessiontracking.benchmarks.http.StartupCommand;
import dev.sessiontracking.benchmarks.jmh.JmhCommand;
import dev.sessiontracking.benchmarks.memory.MemoryCommand;
import dev.sessiontracking.benchmarks.scale.ScaleCommand;
import java.util.Arrays;
import java.util.List;

/** Runs one of the commands; see the README of this module. */
public final class Benchmarks {

    private static final String USAGE = """
            Usage: benchmarks/run <command> [options]

              jmh [JMH's own options]                                       one operation in process
              chain [--webflux] [--starts=N] [--rounds=N] [--sessions=N]    filter chains by processor time
              side-by-side [--long] [--webflux] [--starts=N] [--rounds=N] [--warm-up=SECONDS] [--variants=A,B]
                                                                            the product and others over HTTP
              propagation [--revocations=N]                                 from DEL to the first refusal
              scale [--small]                                               what grows with sessions and nodes
              memory                                                        bytes of a node's heap per entry
              startup [--rounds=N]                                          from the start until requests are served
            """;

    private Benchmarks() {}

    /** The command and its options. */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.print(USAGE);
            System.exit(2);
        }
        List<String> options = Arrays.asList(args).subList(1, args.length);
        switch (args[0]) {
            case "jmh" -> JmhCommand.run(options);
            case "chain" -> ChainCommand.run(options);
            case "side-by-side" -> SideBySideCommand.run(options);
            case "propagation" -> PropagationCommand.run(options);
            case "memory" -> MemoryCommand.run(options);
            case "startup" -> StartupCommand.run(options);
            case "scale" -> ScaleCommand.run(options);
            default -> {
                System.err.println("There is no command " + args[0]);
                System.err.print(USAGE);
                System.exit(2);
            }
        }
    }
}
