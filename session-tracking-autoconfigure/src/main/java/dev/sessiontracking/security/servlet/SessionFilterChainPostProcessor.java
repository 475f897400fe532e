package dev.sessiontracking.security.servlet;

import jakarta.servlet.Filter;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.web.DefaultSecurityFilterChain;

/** Replaces each filter chain bean by one with the same requests and the same filters, and with the session checks. */
final class SessionFilterChainPostProcessor implements BeanPostProcessor {

    private final ObjectProvider<SessionFilterChains> checks;

    private final BeanFactory beans;

    SessionFilterChainPostProcessor(ObjectProvider<SessionFilterChains> checks, BeanFactory beans) {
        this.checks = checks;
        this.beans = beans;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!(bean instanceof DefaultSecurityFilterChain chain)
                || chain.getFilters().isEmpty()) {
            return bean;
        }
        List<Filter> filters = checks.getObject().withChecks(beanName, chain.getFilters());
        DefaultSecurityFilterChain checked = new DefaultSecurityFilterChain(chain.getRequestMatcher(), filters);
        checked.setBeanName(beanName);
        checked.setBeanFactory(beans);
        return checked;
    }
}
