// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.spi.SessionListener;
import org.springframework.context.ApplicationEventPublisher;

/** Publishes session events as Spring application events. */
record SpringEvents(ApplicationEventPublisher publisher) implements SessionListener {

    @Override
    public void on(SessionEvent event) {
        publisher.publishEvent(event);
    }
}
