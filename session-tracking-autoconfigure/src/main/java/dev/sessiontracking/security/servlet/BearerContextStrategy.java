package dev.sessiontracking.security.servlet;

import java.util.function.Supplier;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * Given to a chain's bearer filter, which sets a context exactly when it has authenticated a token: tells such an
 * authentication from those that come from elsewhere, whatever its type is.
 */
final class BearerContextStrategy implements SecurityContextHolderStrategy {

    private final SecurityContextHolderStrategy delegate;

    BearerContextStrategy(SecurityContextHolderStrategy delegate) {
        this.delegate = delegate;
    }

    @Override
    public void setContext(SecurityContext context) {
        ChainPassage passage = ChainPassage.current();
        if (passage != null) {
            passage.authenticatedByChain(context.getAuthentication());
        }
        delegate.setContext(context);
    }

    @Override
    public void clearContext() {
        delegate.clearContext();
    }

    @Override
    public SecurityContext getContext() {
        return delegate.getContext();
    }

    @Override
    public Supplier<SecurityContext> getDeferredContext() {
        return delegate.getDeferredContext();
    }

    @Override
    public void setDeferredContext(Supplier<SecurityContext> deferredContext) {
        delegate.setDeferredContext(deferredContext);
    }

    @Override
    public SecurityContext createEmptyContext() {
        return delegate.createEmptyContext();
    }
}
