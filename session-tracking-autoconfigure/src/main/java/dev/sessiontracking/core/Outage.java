package dev.sessiontracking.core;

import java.time.Instant;

/**
 * An outage that lasts.
 *
 * @param reason why the store does not answer, in words and without secrets
 * @param since when it stopped
 */
public record Outage(String reason, Instant since) {}
