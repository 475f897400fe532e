package dev.sessiontracking;

import java.time.Instant;

/**
 * A session was begun.
 *
 * @param session the session; not {@linkplain UserSession#tracked() tracked} when it was begun during an outage
 * @param at when it was begun
 */
public record SessionCreated(UserSession session, Instant at) implements SessionEvent {}
