// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What a revoker tells, one line for each outcome. */
final class RecordedOutcomes implements Revoker.Outcomes {

    final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void revoked(
            RevocationOperation operation, SessionEndReason reason, List<String> sessionIds, @Nullable String userId) {
        lines.add("revoked " + operation + " " + sessionIds + " " + userId);
    }

    @Override
    public void cutoff(@Nullable Instant time) {
        lines.add("cutoff " + time);
    }

    @Override
    public void pending(
            RevocationOperation operation,
            SessionEndReason reason,
            @Nullable String sessionId,
            @Nullable String userId) {
        lines.add("pending " + operation + " " + sessionId + " " + userId);
    }

    @Override
    public void applied(
            RevocationOperation operation, @Nullable String sessionId, @Nullable String userId, long sessions) {
        lines.add("applied " + operation + " " + sessionId + " " + userId + " " + sessions);
    }
}
