package dev.sessiontracking.core;

import java.util.List;

/** Knows which ways into the application check sessions. Thread-safe. */
public interface ProtectionReport {

    /** The filter chains, in their order; empty until the application has started. */
    List<Chain> chains();

    /**
     * One filter chain.
     *
     * @param name its bean name
     * @param requests which requests it is for
     * @param tokens how it authenticates tokens: {@code none}, {@code jwt}, {@code opaque}, or {@code custom} if the
     *     application has its own manager, resolver or filter for them
     * @param checked whether sessions are checked in it
     * @param open whether it accepts tokens of sessions that have ended
     * @param unverifiable filters of the application. Whether they authenticate tokens, and whether those are checked,
     *     cannot be known at startup
     */
    record Chain(
            String name, String requests, String tokens, boolean checked, boolean open, List<String> unverifiable) {}
}
