// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.spi.OutagePolicy;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of session tracking on this node. A health check reads state in memory and sends no command to the store.
 * So a slow store does not delay health checks.
 *
 * <p>During an outage, the policy {@code plain-jwt} keeps the node in rotation: {@code UP}, with {@code degraded}. The
 * policy {@code reject} takes the node out of rotation: {@code OUT_OF_SERVICE}, unless the mode is {@code observe}. If only a part of a cluster is
 * unavailable, the node stays {@code UP} under either policy and serves the other sessions. A misconfiguration, which
 * only a person can correct, is {@code DOWN} under either policy. Thread-safe.
 */
final class SessionTrackingHealthIndicator extends AbstractHealthIndicator {

    private final SessionTracking tracking;

    SessionTrackingHealthIndicator(SessionTracking tracking) {
        super("The state of session tracking could not be determined");
        this.tracking = tracking;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        TrackingState state = tracking.state();
        Outage outage = state.outage();
        if (state.misconfiguration() != null) {
            health.down();
        } else if (outage == null) {
            health.up();
        } else if (state.outagePolicy() == OutagePolicy.REJECT
                && state.mode() == Mode.ENFORCE
                && state.store().unavailableParts().isEmpty()) {
            health.outOfService();
        } else {
            health.up().withDetail("degraded", true);
        }
        health.withDetails(StateDescriptor.of(state).asMap());
    }
}
