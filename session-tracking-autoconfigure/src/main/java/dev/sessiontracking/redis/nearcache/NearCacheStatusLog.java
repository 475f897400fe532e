// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.spi.CachingReader.Status;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each change of the state of the near cache. Thread-safe. */
final class NearCacheStatusLog {

    private static final Logger log = LoggerFactory.getLogger(NearCacheStatusLog.class);

    private static final String WORKS = "";

    private final AtomicReference<@Nullable String> told = new AtomicReference<>();

    void on() {
        String before = told.getAndSet(WORKS);
        if (before == null) {
            log.debug("Near cache is on. Redis sends invalidations");
        } else if (!before.equals(WORKS)) {
            log.info("Near cache is on again. Redis sends invalidations");
        }
    }

    Status status() {
        String last = told.get();
        if (last == null) {
            return Status.STARTING;
        }
        return last.equals(WORKS) ? Status.ON : Status.off(last);
    }

    void off(String reason) {
        if (!reason.equals(told.getAndSet(reason))) {
            log.warn("Near cache is off ({}). Each check sends one command to Redis", reason);
        }
    }
}
