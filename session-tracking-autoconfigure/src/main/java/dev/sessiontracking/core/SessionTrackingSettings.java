package dev.sessiontracking.core;

import java.time.Duration;

/**
 * What an application decides about its sessions.
 *
 * @param outagePolicy what tokens are worth while the store does not answer
 * @param ttl how long a session lives after its creation or last renewal
 * @param retention how long a node remembers a revocation; at least as long as a token can live
 * @param maximumRemembered most revocations that a node remembers
 */
public record SessionTrackingSettings(
        OutagePolicy outagePolicy, Duration ttl, Duration retention, int maximumRemembered) {}
