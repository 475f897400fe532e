// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/**
 * Matches when session tracking is on: {@code session.tracking.redis-url} is set or the application has a bean of type
 * {@link SessionTrackingConnectionDetails} or {@link dev.sessiontracking.spi.SessionStore}, and {@code
 * session.tracking.enabled} is not {@code false}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(OnSessionTrackingCondition.class)
public @interface ConditionalOnSessionTracking {}
