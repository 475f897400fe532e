package dev.sessiontracking.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Evaluates {@link ConditionalOnSessionTracking} from the environment. */
class OnSessionTrackingCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnSessionTracking.class);
        TrackingSwitch wanted = TrackingSwitch.of(context.getEnvironment());
        return wanted.isOn()
                ? ConditionOutcome.match(message.because(wanted.reason()))
                : ConditionOutcome.noMatch(message.because(wanted.reason()));
    }
}
