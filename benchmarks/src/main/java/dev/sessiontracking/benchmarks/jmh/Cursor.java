// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Takes a thread from session to session, and sees to it that what is measured is what was meant to be. */
@State(Scope.Thread)
public class Cursor {

    private static final int UNEXPECTED_PER_THOUSAND = 1;

    private int next;

    private long checks;

    private long unexpected;

    TokenSession next(CheckState state) {
        return state.sessions[next++ & (Sessions.COUNT - 1)];
    }

    Result check(CheckState state) {
        Result check = state.checker.check(next(state));
        expect(check == state.expected);
        return check;
    }

    void expect(boolean fulfilled) {
        checks++;
        if (!fulfilled) {
            unexpected++;
        }
    }

    /** Fails the benchmark when the answers came from somewhere else. */
    @TearDown(Level.Iteration)
    public void judge() {
        if (unexpected * 1_000 > checks * UNEXPECTED_PER_THOUSAND) {
            throw new IllegalStateException(unexpected + " of " + checks + " answers were not as expected");
        }
        checks = 0;
        unexpected = 0;
    }
}
