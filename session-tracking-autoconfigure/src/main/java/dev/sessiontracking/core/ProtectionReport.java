package dev.sessiontracking.core;

import java.util.List;

/** Knows which ways into the application check sessions. Thread-safe. */
public interface ProtectionReport {

    /** The filter chains, in their order; empty until the application has started. */
    List<Chain> chains();

    /**
     * One filter chain.
     *
     * @param requests which requests it is for
     * @param tokens how it authenticates tokens: {@code none}, {@code jwt}, or {@code opaque-or-custom}
     * @param checked whether sessions are checked in it
     * @param open whether it accepts tokens of sessions that have ended
     */
    record Chain(String requests, String tokens, boolean checked, boolean open) {}
}
