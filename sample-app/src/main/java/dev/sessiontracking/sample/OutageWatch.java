// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.SessionEvent.OutageBegan;
import dev.sessiontracking.SessionEvent.OutageEnded;
import dev.sessiontracking.SessionEvent.RevocationApplied;
import dev.sessiontracking.SessionEvent.RevocationPending;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Follows outages and pending revocations by the events that the starter publishes. Thread-safe. */
@Component
class OutageWatch {

    private final AtomicLong pending = new AtomicLong();

    private volatile boolean lasting;

    @EventListener
    void began(OutageBegan event) {
        lasting = true;
    }

    @EventListener
    void ended(OutageEnded event) {
        lasting = false;
    }

    @EventListener
    void pending(RevocationPending event) {
        pending.incrementAndGet();
    }

    @EventListener
    void applied(RevocationApplied event) {
        pending.decrementAndGet();
    }

    boolean isLasting() {
        return lasting;
    }

    long pendingRevocations() {
        return pending.get();
    }
}
