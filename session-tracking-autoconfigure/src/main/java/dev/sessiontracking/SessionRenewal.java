package dev.sessiontracking;

/** The result of a {@linkplain SessionService#renewSession(String) renewal}. */
public enum SessionRenewal {

    /** The session is live and has its full lifetime again. */
    RENEWED,

    /** The session has ended; nothing was written. Reject the refresh token. */
    ENDED,

    /**
     * The store did not answer, or there is no store: the session may be live or not, and may have been renewed or not.
     * Issue an access token at most, and no refresh token that lives longer than the one presented.
     */
    UNVERIFIED
}
