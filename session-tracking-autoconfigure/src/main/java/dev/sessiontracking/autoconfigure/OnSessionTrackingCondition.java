// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Evaluates {@link ConditionalOnSessionTracking} after the bean definitions are registered. */
class OnSessionTrackingCondition extends SpringBootCondition implements ConfigurationCondition {

    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnSessionTracking.class);
        TrackingSwitch wanted = TrackingSwitch.of(context.getEnvironment(), context.getBeanFactory());
        return new ConditionOutcome(matches(wanted), message.because(wanted.reason()));
    }

    boolean matches(TrackingSwitch wanted) {
        return wanted.isOn();
    }

    /** Matches exactly if the outer condition does not. */
    static final class Off extends OnSessionTrackingCondition {

        @Override
        boolean matches(TrackingSwitch wanted) {
            return !wanted.isOn();
        }
    }
}
