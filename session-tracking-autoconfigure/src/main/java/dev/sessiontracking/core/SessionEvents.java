// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionEvent.RejectionObserved;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionEvent.RevocationApplied;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.SessionEvent.RevocationPending;
import dev.sessiontracking.SessionEvent.SessionCreated;
import dev.sessiontracking.SessionEvent.SessionCutoffChanged;
import dev.sessiontracking.SessionEvent.SessionRenewed;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.TrackingState.SessionStatistics;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Updates the statistics and notifies the listeners. A failing listener never affects the caller. Thread-safe. */
final class SessionEvents implements RejectionSink, Revoker.Outcomes, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SessionEvents.class);

    private static final long IDLE_SECONDS = 5;

    private static final long LAST_NEWS_MILLIS = 500;

    private static final int MOST_FAILURES_TOLD = 64;

    private static final int MOST_EARLY = 1_000;

    /** In milliseconds, for each reason. */
    private static final long LOG_INTERVAL = TimeUnit.MINUTES.toMillis(1);

    private final Supplier<List<SessionListener>> source;

    private final PrincipalSource principals;

    private final SessionStatistics statistics;

    private final Clock clock;

    private final ThreadPoolExecutor background;

    private final Set<String> failuresTold = ConcurrentHashMap.newKeySet();

    /** When the next observed rejection of a reason is logged. */
    private final Map<RequestRejected.Reason, AtomicLong> nextLog = new ConcurrentHashMap<>();

    private volatile @Nullable List<SessionListener> listeners;

    /** News of this engine's own threads until there is somebody to tell it to; {@code null} from then on. */
    private @Nullable Queue<Runnable> early = new ArrayDeque<>();

    /** @param source is asked once, when there is something to tell: listeners may need the engine themselves */
    SessionEvents(
            Supplier<List<SessionListener>> source,
            PrincipalSource principals,
            SessionStatistics statistics,
            Clock clock) {
        this.source = source;
        this.principals = principals;
        this.statistics = statistics;
        this.clock = clock;
        this.background =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "session-tracking-events");
                    thread.setDaemon(true);
                    return thread;
                });
        background.allowCoreThreadTimeOut(true);
        background.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    }

    void created(UserSession session) {
        statistics.logins().increment(session.tracked());
        if (log.isDebugEnabled()) {
            log.debug(
                    "Session {} of user {} created, tracked: {}, from {} with {}",
                    SessionIds.hash(session.id()),
                    SessionIds.hash(session.userId()),
                    session.tracked(),
                    session.metadata().ip(),
                    session.metadata().userAgent());
        }
        tell(new SessionCreated(session, session.createdAt()));
    }

    void renewed(String sessionId) {
        statistics.renewals().increment(SessionRenewal.RENEWED);
        tell(new SessionRenewed(sessionId, clock.instant()));
    }

    @Override
    public void revoked(
            RevocationOperation operation, SessionEndReason reason, List<String> sessionIds, @Nullable String userId) {
        if (sessionIds.isEmpty()) {
            return;
        }
        statistics.revoked(operation, reason);
        tell(new SessionRevoked(operation, reason, sessionIds, userId, principal(), clock.instant()));
    }

    @Override
    public void cutoff(@Nullable Instant time) {
        if (time != null) {
            statistics.revoked(RevocationOperation.ALL_USERS, SessionEndReason.ADMINISTRATOR);
        }
        tell(new SessionCutoffChanged(time, principal(), clock.instant()));
    }

    @Override
    public void pending(
            RevocationOperation operation,
            SessionEndReason reason,
            @Nullable String sessionId,
            @Nullable String userId) {
        statistics.revoked(operation, reason);
        statistics.pendingRevocations().increment(operation);
        tell(new RevocationPending(operation, reason, sessionId, userId, principal(), clock.instant()));
    }

    @Override
    public void applied(
            RevocationOperation operation, @Nullable String sessionId, @Nullable String userId, long sessions) {
        tellInBackground(new RevocationApplied(operation, sessionId, userId, sessions, clock.instant()));
    }

    @Override
    public void rejected(RequestRejected.Reason reason, @Nullable String sessionId, @Nullable String userId) {
        statistics.rejections().increment(reason);
        tell(new RequestRejected(reason, sessionId, userId, clock.instant()));
    }

    @Override
    public void observed(RequestRejected.Reason reason, @Nullable String sessionId, @Nullable String userId) {
        statistics.observedRejections().increment(reason);
        long now = clock.millis();
        AtomicLong next = nextLog.computeIfAbsent(reason, any -> new AtomicLong());
        long due = next.get();
        if (now >= due && next.compareAndSet(due, now + LOG_INTERVAL)) {
            log.warn(
                    "{} token(s) since the start were accepted that session.tracking.mode=enforce would reject with {}:"
                            + " {}. The last one: session {}, user {}. This is logged at most once a minute for each"
                            + " reason",
                    statistics.observedRejections().of(reason),
                    reason == RequestRejected.Reason.UNAVAILABLE ? 503 : 401,
                    switch (reason) {
                        case ENDED -> "their sessions were revoked, have expired, or were never registered";
                        case UNUSABLE -> "they must name a session, but name none or an invalid one";
                        case UNAVAILABLE -> "the store did not answer (outage policy reject)";
                    },
                    sessionId == null ? "(none)" : SessionIds.hash(sessionId),
                    userId == null ? "(none)" : SessionIds.hash(userId));
        }
        tell(new RejectionObserved(reason, sessionId, userId, clock.instant()));
    }

    void tellInBackground(SessionEvent event) {
        inBackground(() -> tell(event));
    }

    /** On the thread of background events. */
    synchronized void inBackground(Runnable telling) {
        if (early == null) {
            background.execute(telling);
        } else if (early.size() < MOST_EARLY) {
            early.add(telling);
        }
    }

    /** All listeners are there: a thread of this engine may ask for them. */
    synchronized void listenersAreReady() {
        if (early != null) {
            early.forEach(background::execute);
            early = null;
        }
    }

    private @Nullable String principal() {
        try {
            return principals.currentName();
        } catch (RuntimeException unknown) {
            return null;
        }
    }

    private void tell(SessionEvent event) {
        guarded(event, () -> listeners().forEach(listener -> guarded(event, () -> listener.on(event))));
    }

    private List<SessionListener> listeners() {
        List<SessionListener> known = listeners;
        if (known == null) {
            known = List.copyOf(source.get());
            listeners = known;
        }
        return known;
    }

    private void guarded(SessionEvent event, Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException | LinkageError | AssertionError failure) {
            String kind =
                    event.getClass().getSimpleName() + " " + failure.getClass().getName();
            if (failuresTold.size() < MOST_FAILURES_TOLD && failuresTold.add(kind)) {
                log.warn(
                        "A listener failed to handle a {}. Session tracking is not affected. Further failures"
                                + " of this kind are not logged",
                        event.getClass().getSimpleName(),
                        failure);
            }
        }
    }

    /** Tells what there still is to tell, for a moment at most. */
    @Override
    public void close() {
        background.shutdown();
        try {
            if (!background.awaitTermination(LAST_NEWS_MILLIS, TimeUnit.MILLISECONDS)) {
                background.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            background.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
