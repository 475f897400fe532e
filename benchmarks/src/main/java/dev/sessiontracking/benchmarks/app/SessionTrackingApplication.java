// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import java.io.IOException;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;

/** The same resource server with our starter. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(JwtResourceServer.class)
public class SessionTrackingApplication {

    /** Starts the application. */
    public static void main(String[] args) throws IOException {
        VariantApplication.run(SessionTrackingApplication.class, args);
    }

    @Bean
    Login login(TokenIssuer issuer, SessionService sessions) {
        return (user, request) -> {
            UserSession session = sessions.createSession(
                    user, SessionMetadata.of(request.getRemoteAddr(), request.getHeader(HttpHeaders.USER_AGENT)));
            if (!session.tracked()) {
                throw new IllegalStateException("The store did not take the session");
            }
            return issuer.bearer(user, session.claims());
        };
    }
}
