// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * Keeps the sessions of a test in memory. Session tracking is on, whatever {@code session.tracking.redis-url} says, and
 * nothing connects to Redis. Works with {@code @SpringBootTest} and with slices such as {@code @WebMvcTest}.
 *
 * <p>The store is a bean of type {@link InMemorySessionStore}. Each test method begins with an empty store that answers, so
 * tests that share an application context must not run at the same time. {@code session.tracking.enabled=false} still
 * switches session tracking off.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(InMemorySessionStoreConfiguration.class)
@ImportAutoConfiguration(SessionTrackingAutoConfiguration.class)
public @interface AutoConfigureTestSessionStore {}
