package dev.sessiontracking.sample;

import java.time.Instant;
import java.util.Map;
import org.springframework.security.core.userdetails.UserDetails;

/**
 * What the tokens of one login have in common.
 *
 * @param authenticatedAt when the user gave the password; a refresh does not change it
 * @param sessionClaims what ties the tokens to their session; empty when it is not tracked
 */
record Login(UserDetails user, Instant authenticatedAt, Map<String, Object> sessionClaims) {}
