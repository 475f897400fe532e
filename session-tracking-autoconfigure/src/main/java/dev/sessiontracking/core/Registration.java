package dev.sessiontracking.core;

import dev.sessiontracking.UserSession;
import org.jspecify.annotations.Nullable;

/**
 * What became of a late registration.
 *
 * @param outcome what was found or done
 * @param session the session as it was written, if and only if it was
 */
public record Registration(Outcome outcome, @Nullable UserSession session) {

    /** The session exists: somebody has registered it before. */
    public static final Registration EXISTS = new Registration(Outcome.EXISTS, null);

    /** The session was registered and has ended, or it began before the user's not-before marker. */
    public static final Registration REFUSED = new Registration(Outcome.REFUSED, null);

    /** The session was written. */
    public static Registration written(UserSession session) {
        return new Registration(Outcome.WRITTEN, session);
    }

    /** What can become of a registration. */
    public enum Outcome {
        /** The session was written. */
        WRITTEN,
        /** The session is there already. */
        EXISTS,
        /** The session has ended, and must not come back. */
        REFUSED
    }
}
