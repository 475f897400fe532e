// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Runs code that may block on a thread that may block. The caller's security context is in the {@link
 * SecurityContextHolder} meanwhile, so that events contain the caller and listeners can read it.
 */
final class BlockingCalls {

    private static final SecurityContext NOBODY = new SecurityContextImpl();

    private BlockingCalls() {}

    /** Runs it for the user of the Reactor context. {@code null} is an empty result. */
    static <T> Mono<T> call(Callable<@Nullable T> call) {
        return ReactiveSecurityContextHolder.getContext()
                .onErrorComplete()
                .defaultIfEmpty(NOBODY)
                .flatMap(context -> call(context, call));
    }

    /** As {@link #call}, without a result. */
    static Mono<Void> run(Runnable call) {
        return BlockingCalls.<Boolean>call(() -> {
                    call.run();
                    return true;
                })
                .then();
    }

    /** Runs it for this user. */
    static <T> Mono<T> callFor(Authentication authentication, Callable<@Nullable T> call) {
        return call(new SecurityContextImpl(authentication), call);
    }

    private static <T> Mono<T> call(SecurityContext context, Callable<@Nullable T> call) {
        return Mono.<T>fromCallable(() -> {
                    SecurityContext before = SecurityContextHolder.getContext();
                    SecurityContextHolder.setContext(context);
                    try {
                        return call.call();
                    } finally {
                        if (before.getAuthentication() == null) {
                            SecurityContextHolder.clearContext();
                        } else {
                            SecurityContextHolder.setContext(before);
                        }
                    }
                })
                .subscribeOn(Schedulers.boundedElastic());
    }
}
