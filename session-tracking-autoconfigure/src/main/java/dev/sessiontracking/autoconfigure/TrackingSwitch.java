// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import dev.sessiontracking.spi.SessionStore;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Whether session tracking is on, and why. */
enum TrackingSwitch {
    ON("session.tracking.redis-url is set", true),
    ON_BY_BEAN("the application has a SessionTrackingConnectionDetails bean", true),
    ON_BY_STORE("the application has a SessionStore bean", true),
    OFF_WITHOUT_URL("session.tracking.redis-url is not set", false),
    OFF_BY_PROPERTY("session.tracking.enabled is false", false),
    REQUIRED_WITHOUT_URL("session.tracking.enabled is true, but session.tracking.redis-url is not set", false);

    static final String ENABLED = "session.tracking.enabled";

    static final String REDIS_URL = "session.tracking.redis-url";

    private final String reason;

    private final boolean on;

    TrackingSwitch(String reason, boolean on) {
        this.reason = reason;
        this.on = on;
    }

    /** @param beans the beans to search for connection details or a store */
    static TrackingSwitch of(Environment environment, @Nullable ListableBeanFactory beans) {
        Boolean enabled = enabled(environment);
        if (Boolean.FALSE.equals(enabled)) {
            return OFF_BY_PROPERTY;
        }
        if (StringUtils.hasText(environment.getProperty(REDIS_URL))) {
            return ON;
        }
        if (beans != null && has(SessionTrackingConnectionDetails.class, beans)) {
            return ON_BY_BEAN;
        }
        if (beans != null && has(SessionStore.class, beans)) {
            return ON_BY_STORE;
        }
        return Boolean.TRUE.equals(enabled) ? REQUIRED_WITHOUT_URL : OFF_WITHOUT_URL;
    }

    private static boolean has(Class<?> type, ListableBeanFactory beans) {
        return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, type, true, false).length > 0;
    }

    /** Treats an empty value as unset: a placeholder with an empty variable leaves such a value. */
    private static @Nullable Boolean enabled(Environment environment) {
        try {
            return environment.getProperty(ENABLED, Boolean.class);
        } catch (ConversionException neither) {
            throw new SessionTrackingSetupException(
                    "The property " + ENABLED + " must be true or false.",
                    "Set " + ENABLED + " to true (required) or to false (off), or remove it: then " + REDIS_URL
                            + " decides.");
        }
    }

    boolean isOn() {
        return on;
    }

    String reason() {
        return reason;
    }
}
