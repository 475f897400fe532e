// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.util.regex.Pattern;

/**
 * Why a session has ended. The client learns the code, so that it can tell its user. Applications may use codes of their own.
 *
 * @param code 1 to 32 characters: letters, digits, {@code _} and {@code -}
 */
public record SessionEndReason(String code) {

    /** Maximum length of a code in characters. */
    public static final int MAX_LENGTH = 32;

    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_-]{1," + MAX_LENGTH + "}");

    /** The user has logged out. */
    public static final SessionEndReason LOGOUT = new SessionEndReason("logout");

    /** The session was revoked, and the caller did not say why. */
    public static final SessionEndReason REVOKED = new SessionEndReason("revoked");

    /** An administrator has revoked the session. */
    public static final SessionEndReason ADMINISTRATOR = new SessionEndReason("administrator");

    /** A new login has replaced the session. */
    public static final SessionEndReason REPLACED = new SessionEndReason("replaced");

    /** The user has too many sessions. */
    public static final SessionEndReason LIMIT = new SessionEndReason("limit");

    /** The identity provider has ended the session, and has reported it. */
    public static final SessionEndReason IDENTITY_PROVIDER = new SessionEndReason("identity_provider");

    /** The session has reached the end of its lifetime. */
    public static final SessionEndReason EXPIRED = new SessionEndReason("expired");

    /** The user has new credentials. */
    public static final SessionEndReason CREDENTIALS_CHANGED = new SessionEndReason("credentials_changed");

    /**
     * A refresh token was used twice. Only events, the audit log and meters say so. Clients get {@link #REVOKED}, because
     * one of them is the thief.
     */
    public static final SessionEndReason TOKEN_REUSED = new SessionEndReason("token_reused");

    public SessionEndReason {
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException("The code of a reason must have 1 to " + MAX_LENGTH
                    + " characters: letters, digits, \"_\" and \"-\", for example account_closed");
        }
    }

    /** As the one of the record, which would generate code while the application starts. */
    @Override
    public int hashCode() {
        return code.hashCode();
    }

    /** One sentence in English without quotation marks: it fits into an HTTP header. */
    public String description() {
        return switch (code) {
            case "logout" -> "The session was ended by a logout";
            case "revoked" -> "The session was revoked";
            case "administrator" -> "The session was revoked by an administrator";
            case "replaced" -> "The session was replaced by a new login";
            case "limit" -> "The session was ended because the user has too many sessions";
            case "identity_provider" -> "The session was ended by the identity provider";
            case "expired" -> "The session has expired";
            case "credentials_changed" -> "The session was ended because the credentials were changed";
            default -> "The session has ended";
        };
    }
}
