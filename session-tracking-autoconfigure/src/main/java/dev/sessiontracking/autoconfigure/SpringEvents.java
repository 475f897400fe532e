package dev.sessiontracking.autoconfigure;

import dev.sessiontracking.OutageBegan;
import dev.sessiontracking.OutageEnded;
import dev.sessiontracking.RequestRejected;
import dev.sessiontracking.RevocationApplied;
import dev.sessiontracking.RevocationPending;
import dev.sessiontracking.SessionCreated;
import dev.sessiontracking.SessionRenewed;
import dev.sessiontracking.SessionRevoked;
import dev.sessiontracking.core.SessionListener;
import org.springframework.context.ApplicationEventPublisher;

/** Publishes what becomes a fact as Spring application events. */
final class SpringEvents implements SessionListener {

    private final ApplicationEventPublisher publisher;

    SpringEvents(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void created(SessionCreated event) {
        publisher.publishEvent(event);
    }

    @Override
    public void renewed(SessionRenewed event) {
        publisher.publishEvent(event);
    }

    @Override
    public void revoked(SessionRevoked event) {
        publisher.publishEvent(event);
    }

    @Override
    public void revocationPending(RevocationPending event) {
        publisher.publishEvent(event);
    }

    @Override
    public void revocationApplied(RevocationApplied event) {
        publisher.publishEvent(event);
    }

    @Override
    public void rejected(RequestRejected event) {
        publisher.publishEvent(event);
    }

    @Override
    public void outageBegan(OutageBegan event) {
        publisher.publishEvent(event);
    }

    @Override
    public void outageEnded(OutageEnded event) {
        publisher.publishEvent(event);
    }
}
