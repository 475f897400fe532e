package dev.sessiontracking.actuate;

import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.spi.OutagePolicy;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether this node can do its work, judged by what it knows: a health check sends nothing to the store, so that an idle
 * node stays silent and a hanging store delays no check.
 *
 * <p>An outage leaves a node in rotation ({@code UP}, with {@code degraded}) when tokens stay valid meanwhile, and takes
 * it out ({@code OUT_OF_SERVICE}) when all requests are refused: while some masters of a cluster answer, it serves their
 * sessions. What only a person can put right is {@code DOWN}, under
 * either policy. Thread-safe.
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
                && state.store().unavailableParts().isEmpty()) {
            health.outOfService();
        } else {
            health.up().withDetail("degraded", true);
        }
        health.withDetails(StateDescriptor.of(state).asMap());
    }
}
