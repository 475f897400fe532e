// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.security.SessionClaim;
import java.util.List;
import org.springframework.security.core.Authentication;

/**
 * Reads what an unusual authentication does not contain from its request. Thread-safe.
 *
 * @param <R> the type of the requests
 */
public interface RequestReader<R> {

    /** The sessions that were stored beside this authentication. */
    List<SessionClaim> storedSessions(R request, Authentication stored);

    /** Texts that look like a JWT, in the usual places. Bounded. */
    List<String> tokens(R request);

    /** As {@link #tokens}, without reading the body. */
    List<String> tokensOutsideBody(R request);

    /** The call by which a filter of the application reports the token that it has verified, for messages. */
    String howToReportAToken();
}
