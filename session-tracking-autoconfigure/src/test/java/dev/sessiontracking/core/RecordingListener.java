package dev.sessiontracking.core;

import dev.sessiontracking.OutageBegan;
import dev.sessiontracking.OutageEnded;
import dev.sessiontracking.RequestRejected;
import dev.sessiontracking.RevocationApplied;
import dev.sessiontracking.RevocationPending;
import dev.sessiontracking.SessionCreated;
import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionRenewed;
import dev.sessiontracking.SessionRevoked;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it hears. */
final class RecordingListener implements SessionListener {

    private final List<SessionEvent> heard = new CopyOnWriteArrayList<>();

    List<SessionEvent> heard() {
        return List.copyOf(heard);
    }

    <E extends SessionEvent> List<E> heard(Class<E> type) {
        return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public void created(SessionCreated event) {
        heard.add(event);
    }

    @Override
    public void renewed(SessionRenewed event) {
        heard.add(event);
    }

    @Override
    public void revoked(SessionRevoked event) {
        heard.add(event);
    }

    @Override
    public void revocationPending(RevocationPending event) {
        heard.add(event);
    }

    @Override
    public void revocationApplied(RevocationApplied event) {
        heard.add(event);
    }

    @Override
    public void rejected(RequestRejected event) {
        heard.add(event);
    }

    @Override
    public void outageBegan(OutageBegan event) {
        heard.add(event);
    }

    @Override
    public void outageEnded(OutageEnded event) {
        heard.add(event);
    }
}
