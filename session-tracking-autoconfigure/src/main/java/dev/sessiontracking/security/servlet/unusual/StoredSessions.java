// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet.unusual;

import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;

/**
 * Stores the session of a token in the HTTP session, next to the security context that the token created. So an
 * authentication that does not contain its token can be checked when a later request loads it. The value is plain text,
 * so any serializer of HTTP sessions can store it.
 */
public final class StoredSessions {

    private static final String ATTRIBUTE = "dev.sessiontracking.TOKEN_SESSIONS";

    private static final String SEPARATOR = "\n";

    private static final int FIELDS = 4;

    private StoredSessions() {}

    /**
     * Stores the sessions of this request's token, if there is an HTTP session and the authentication does not contain
     * them.
     */
    public static void store(HttpServletRequest request, RequestSessionState state) {
        Authentication authentication = state.authentication();
        List<SessionClaim> claims = state.hiddenClaims();
        if (authentication == null || claims.isEmpty()) {
            return;
        }
        HttpSession session = request.getSession(false);
        if (session == null || belongsToAnother(session, authentication)) {
            return;
        }
        StringBuilder text = new StringBuilder(identity(authentication));
        for (SessionClaim claim : claims) {
            TokenSession named = claim.session();
            if (named != null) {
                text.append(SEPARATOR).append(named.sessionId());
                text.append(SEPARATOR).append(Objects.toString(named.userId(), ""));
                text.append(SEPARATOR).append(Objects.toString(named.authenticatedAt(), ""));
                text.append(SEPARATOR)
                        .append(Objects.toString(claim.issuer(), "").replace(SEPARATOR, ""));
            }
        }
        if (!text.toString().equals(session.getAttribute(ATTRIBUTE))) {
            session.setAttribute(ATTRIBUTE, text.toString());
        }
    }

    static List<SessionClaim> read(HttpServletRequest request, Authentication stored) {
        HttpSession session = request.getSession(false);
        if (session == null || !(session.getAttribute(ATTRIBUTE) instanceof String text)) {
            return List.of();
        }
        String[] fields = text.split(SEPARATOR, -1);
        List<SessionClaim> claims = new ArrayList<>(1);
        if (fields[0].equals(identity(stored))) {
            for (int i = 1; i + FIELDS <= fields.length; i += FIELDS) {
                TokenSession named = new TokenSession(
                        fields[i],
                        fields[i + 1].isEmpty() ? null : fields[i + 1],
                        fields[i + 2].isEmpty() ? null : Instant.parse(fields[i + 2]));
                claims.add(SessionClaim.named(named, fields[i + 3].isEmpty() ? null : fields[i + 3]));
            }
        }
        return claims;
    }

    /** Removes the contexts of a rejected authentication. Otherwise the browser could not reach a login page. */
    public static void remove(HttpServletRequest request, Authentication rejected) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        for (String name : Collections.list(session.getAttributeNames())) {
            if (session.getAttribute(name) instanceof SecurityContext context
                    && context.getAuthentication() == rejected) {
                session.removeAttribute(name);
            }
        }
    }

    private static boolean belongsToAnother(HttpSession session, Authentication authentication) {
        boolean another = false;
        for (String name : Collections.list(session.getAttributeNames())) {
            if (session.getAttribute(name) instanceof SecurityContext context) {
                if (context.getAuthentication() == authentication) {
                    return false;
                }
                another = true;
            }
        }
        return another;
    }

    /** Distinguishes a context from one that another kind of login has stored later. */
    private static String identity(Authentication authentication) {
        return authentication.getClass().getName() + " "
                + Integer.toHexString(Objects.hashCode(authentication.getName()));
    }
}
