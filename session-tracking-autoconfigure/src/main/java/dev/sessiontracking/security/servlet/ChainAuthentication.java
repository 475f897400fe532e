package dev.sessiontracking.security.servlet;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;

/** How one filter chain authenticates tokens, as learned while the chain was built. Does not change afterwards. */
final class ChainAuthentication {

    private volatile @Nullable BearerTokenAuthenticationFilter bearerFilter;

    private volatile @Nullable AuthenticationFilter dpopFilter;

    private volatile boolean verifyingJwts;

    private final AtomicBoolean hiddenTokenReported = new AtomicBoolean();

    void bearerFilter(BearerTokenAuthenticationFilter filter, SecurityContextHolderStrategy strategy) {
        filter.setSecurityContextHolderStrategy(new BearerContextStrategy(strategy));
        this.bearerFilter = filter;
    }

    @Nullable
    BearerTokenAuthenticationFilter bearerFilter() {
        return bearerFilter;
    }

    void dpopFilter(AuthenticationFilter filter) {
        this.dpopFilter = filter;
    }

    @Nullable
    AuthenticationFilter dpopFilter() {
        return dpopFilter;
    }

    void verifiesJwts() {
        this.verifyingJwts = true;
    }

    /**
     * Whether Spring Security's own provider verifies JWTs here. If not, tokens are opaque, or the application has an
     * authentication manager of its own.
     */
    boolean isVerifyingJwts() {
        return verifyingJwts;
    }

    /** True the first time only. */
    boolean reportHiddenToken() {
        return hiddenTokenReported.compareAndSet(false, true);
    }
}
