// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import java.util.stream.IntStream;

/** Sessions to check. */
final class Sessions {

    /** A power of two, so that going round costs next to nothing. */
    static final int COUNT = 1024;

    static final SessionMetadata METADATA = SessionMetadata.of(
            "203.0.113.7",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36");

    private Sessions() {}

    /** Live ones, as tokens name them. Their ids are strings of their own, as they are when a token was parsed. */
    static TokenSession[] create(SessionService service) {
        return IntStream.range(0, COUNT)
                .mapToObj(i -> token(service.createSession("user-" + i, METADATA)))
                .toArray(TokenSession[]::new);
    }

    private static TokenSession token(UserSession session) {
        return new TokenSession(copy(session.id()), copy(session.userId()), session.createdAt());
    }

    /** Ones that were never begun. */
    static TokenSession[] invent() {
        return IntStream.range(0, COUNT)
                .mapToObj(i -> new TokenSession("invented-" + i, "user-" + i, null))
                .toArray(TokenSession[]::new);
    }

    private static String copy(String text) {
        return String.valueOf(text.toCharArray());
    }
}
