package dev.sessiontracking.sample;

/** How many live sessions a request has ended. */
record Revoked(long revoked) {}
