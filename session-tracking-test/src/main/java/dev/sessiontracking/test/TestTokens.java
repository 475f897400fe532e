// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.jwt.Jwt;

/** One login of a test: its session begins with the first request, in the application that receives it. Thread-safe. */
final class TestTokens {

    private static final String PROPERTIES = "session.tracking.jwt.";

    private final String userId;

    private final ConcurrentHashMap<SessionService, UserSession> sessions = new ConcurrentHashMap<>();

    TestTokens(String userId) {
        this.userId = userId;
    }

    /** The session in this application. */
    UserSession session(ApplicationContext application) {
        return sessions.computeIfAbsent(
                application.getBean(SessionService.class),
                service -> service.createSession(userId, SessionMetadata.none()));
    }

    void revoke(ApplicationContext application) {
        application
                .getBean(SessionService.class)
                .revokeSession(session(application).id());
    }

    /** Writes the claims that the application's configuration reads. */
    Consumer<Jwt.Builder> claims(ApplicationContext application) {
        UserSession session = session(application);
        Environment environment = application.getEnvironment();
        String userIdClaim = environment.getProperty(PROPERTIES + "user-id-claim", "sub");
        List<String> issuers = Binder.get(environment)
                .bind(PROPERTIES + "issuers", Bindable.listOf(String.class))
                .orElse(List.of());
        return jwt -> {
            jwt.subject(userId)
                    .claim(userIdClaim, userId)
                    .claim("auth_time", session.createdAt().getEpochSecond())
                    .claims(claims -> claims.putAll(session.claims()));
            if (!issuers.isEmpty()) {
                jwt.issuer(issuers.get(0));
            }
        };
    }
}
