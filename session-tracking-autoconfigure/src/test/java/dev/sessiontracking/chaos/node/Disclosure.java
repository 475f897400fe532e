// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos.node;

import dev.sessiontracking.SessionEvent.RevocationPending;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.spi.OutagePolicy;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Says in response headers what was decided and on what it rests. No application tells its clients that. */
@Configuration(proxyBeanMethods = false)
public class Disclosure {

    /** The {@link Result} of the token. */
    public static final String CHECK = "X-Check";

    /** The ids of the sessions that the server has confirmed as revoked. */
    public static final String REVOKED = "X-Revoked";

    /** That the revocation is kept for the server, which did not confirm it. */
    public static final String PENDING = "X-Pending";

    @Bean
    static BeanPostProcessor disclosingChecker() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof SessionChecker checker ? new Disclosing(checker) : bean;
            }
        };
    }

    /** Events are published on the thread that revokes. */
    @EventListener
    void revoked(SessionRevoked event) {
        header(REVOKED, String.join(",", event.sessionIds()));
    }

    @EventListener
    void pending(RevocationPending event) {
        header(PENDING, "true");
    }

    private static void header(String name, String value) {
        if (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes request) {
            HttpServletResponse response = request.getResponse();
            if (response != null) {
                response.setHeader(name, value);
            }
        }
    }

    private record Disclosing(SessionChecker checker) implements SessionChecker {

        @Override
        public Result check(TokenSession session) {
            Result check = checker.check(session);
            header(CHECK, check.name());
            return check;
        }

        @Override
        public @Nullable Result checkNow(TokenSession session) {
            return checker.checkNow(session);
        }

        @Override
        public CompletionStage<Result> checkLater(TokenSession session) {
            return checker.checkLater(session);
        }

        @Override
        public Result checkWithoutSession(String userId, @Nullable Instant authenticatedAt) {
            Result check = checker.checkWithoutSession(userId, authenticatedAt);
            // A marker comes from the near cache or from the store; the answer does not say which.
            header(CHECK, check.name().replace("BY_STORE", "BY_CACHE"));
            return check;
        }

        @Override
        public boolean revoke(TokenSession session) {
            return checker.revoke(session);
        }

        @Override
        public OutagePolicy outagePolicy() {
            return checker.outagePolicy();
        }
    }
}
