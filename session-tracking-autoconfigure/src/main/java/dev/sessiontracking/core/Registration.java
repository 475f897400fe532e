package dev.sessiontracking.core;

import dev.sessiontracking.UserSession;
import org.jspecify.annotations.Nullable;

/**
 * What became of a late registration.
 *
 * @param session the session as it was written, or {@code null} if nothing was written
 * @param exists whether the session is there
 */
public record Registration(@Nullable UserSession session, boolean exists) {

    /** The session exists: somebody has registered it before. */
    public static final Registration EXISTS = new Registration(null, true);

    /** The session was registered and has ended, or it began before the user's not-before marker. */
    public static final Registration REFUSED = new Registration(null, false);

    /** The session was written. */
    public static Registration written(UserSession session) {
        return new Registration(session, true);
    }
}
