package dev.sessiontracking;

import java.time.Instant;

/**
 * The store has stopped answering this node.
 *
 * @param reason why, in words and without secrets
 * @param at since when
 */
public record OutageBegan(String reason, Instant at) implements SessionEvent {}
