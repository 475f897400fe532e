// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.spi.NotBefore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;

/** Empties the in-memory store before each test, because tests share application contexts. */
final class SessionStoreReset implements TestExecutionListener {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

    @Override
    public void beforeTestMethod(TestContext test) {
        if (TestContextAnnotationUtils.hasAnnotation(test.getTestClass(), AutoConfigureTestSessionStore.class)) {
            ApplicationContext context = test.getApplicationContext();
            InMemorySessionStore store = context.getBean(InMemorySessionStore.class);
            store.endOutage();
            awaitPendingRevocations(context.getBeanProvider(SessionTracking.class));
            // The engine remembers markers, so it must clear them.
            SessionService sessions = context.getBean(SessionService.class);
            store.markedUsers().stream()
                    .filter(user -> !user.equals(NotBefore.ALL_USERS))
                    .forEach(sessions::clearNotBefore);
            sessions.clearSessionCutoff();
            store.clear();
        }
    }

    /** Otherwise they could end sessions of the next test. */
    private static void awaitPendingRevocations(ObjectProvider<SessionTracking> tracking) {
        long start = System.nanoTime();
        tracking.ifAvailable(engine -> {
            while (engine.pendingRevocations() > 0 && System.nanoTime() - start < PATIENCE) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        });
    }
}
