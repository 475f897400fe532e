// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One daemon thread for background work. The thread exists only while there is work. */
final class BackgroundThread {

    private static final long IDLE_SECONDS = 2;

    private BackgroundThread() {}

    static ScheduledThreadPoolExecutor named(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }
}
