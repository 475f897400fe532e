// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.spi.SessionListener;
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
    public void on(SessionEvent event) {
        heard.add(event);
    }
}
