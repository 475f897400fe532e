// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.SessionClaim;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.springframework.security.core.Authentication;
import org.springframework.util.ObjectUtils;

/** The text that is stored beside a security context, with the sessions of the tokens that created it. */
public final class StoredClaims {

    private static final String SEPARATOR = "\n";

    private static final int FIELDS = 4;

    private StoredClaims() {}

    /** The text for this authentication. */
    public static String write(Authentication authentication, List<SessionClaim> claims) {
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
        return text.toString();
    }

    /** The sessions that the text contains, if it was written for this authentication. */
    public static List<SessionClaim> read(String text, Authentication stored) {
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

    /** Distinguishes a context from one that another kind of login has stored later. The same while its user is switched. */
    private static String identity(Authentication stored) {
        Authentication authentication = stored;
        for (int i = 0; i < TokenFinder.MAX_SWITCHES; i++) {
            authentication = Objects.requireNonNullElse(TokenFinder.switchedFrom(authentication), authentication);
        }
        String name = authentication.getName();
        // An object without a text of its own has another name after each deserialization.
        boolean hasName =
                !ObjectUtils.identityToString(authentication.getPrincipal()).equals(name);
        return authentication.getClass().getName() + " " + (hasName ? Integer.toHexString(Objects.hashCode(name)) : "");
    }
}
