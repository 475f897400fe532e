package dev.sessiontracking.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sessions that this node is revoking at this moment. They are refused already and still in the store, so they look
 * like sessions that have come back; but were they removed as such, the revocation itself would find nothing to end, and
 * tell its caller so. Thread-safe.
 */
final class RevocationsUnderWay {

    private final Map<String, UnderWay> sessions = new ConcurrentHashMap<>();

    /** @param isPostponed whether somebody wants the session removed again once this is over */
    private record UnderWay(int count, boolean isPostponed) {}

    void begin(String sessionId) {
        sessions.merge(
                sessionId,
                new UnderWay(1, false),
                (known, one) -> new UnderWay(known.count() + 1, known.isPostponed()));
    }

    /**
     * Ends what was begun.
     *
     * @return whether this was the last, and the session is to be removed again: what was removed may have been another
     *     state of the store
     */
    boolean end(String sessionId) {
        boolean[] postponed = {false};
        sessions.computeIfPresent(sessionId, (id, known) -> {
            if (known.count() > 1) {
                return new UnderWay(known.count() - 1, known.isPostponed());
            }
            postponed[0] = known.isPostponed();
            return null;
        });
        return postponed[0];
    }

    /** Those of these sessions that can be removed now; the others when what is under way has ended. */
    List<String> postpone(List<String> sessionIds) {
        List<String> now = new ArrayList<>(sessionIds.size());
        for (String sessionId : sessionIds) {
            if (sessions.computeIfPresent(sessionId, (id, known) -> new UnderWay(known.count(), true)) == null) {
                now.add(sessionId);
            }
        }
        return now;
    }
}
