// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreListener;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets a store answer, fail or hang, as a test says, and notifies the listeners of it. */
abstract class StoreSwitch implements SessionStore {

    private final AtomicInteger questions = new AtomicInteger();

    private volatile boolean unavailable;

    private volatile @Nullable String unanswered;

    private final List<StoreListener> listeners = new CopyOnWriteArrayList<>();

    private volatile boolean hanging;

    /** Requests stay without an answer. */
    public void hang() {
        hanging = true;
    }

    public void fail() {
        unavailable = true;
        listeners.forEach(listener -> listener.unavailable("switched off"));
    }

    /** Nobody is told, as by a store that cannot tell. */
    void failSilently() {
        unavailable = true;
    }

    /** Says that a part of it does not answer any more. */
    void losePart(String part) {
        listeners.forEach(listener -> listener.partUnavailable(part, "switched off"));
    }

    /** Answers again; nobody is told, as by a store that cannot tell. */
    public void recoverSilently() {
        unavailable = false;
    }

    /** Answers again for all sessions but one. */
    void recoverExcept(String sessionId) {
        unanswered = sessionId;
        unavailable = false;
    }

    public void recover() {
        unanswered = null;
        unavailable = false;
        listeners.forEach(StoreListener::available);
    }

    /** How often it was asked anything. */
    public int questions() {
        return questions.get();
    }

    <T> CompletionStage<T> answer(Supplier<T> answer) {
        questions.incrementAndGet();
        if (hanging) {
            return new CompletableFuture<>();
        }
        try {
            if (unavailable) {
                throw new SessionStoreUnavailableException("switched off", null);
            }
            return CompletableFuture.completedFuture(answer.get());
        } catch (SessionStoreUnavailableException noAnswer) {
            return CompletableFuture.failedFuture(noAnswer);
        }
    }

    /** Within an answer about this session. */
    void refuseIfUnanswered(String sessionId) {
        if (sessionId.equals(unanswered)) {
            throw new SessionStoreUnavailableException("switched off", null);
        }
    }

    @Override
    public void listen(StoreListener listener) {
        listeners.add(listener);
    }
}
