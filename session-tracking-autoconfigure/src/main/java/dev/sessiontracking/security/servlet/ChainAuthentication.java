package dev.sessiontracking.security.servlet;

import jakarta.servlet.Filter;
import java.util.ArrayList;
import java.util.List;
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

    private volatile List<Filter> ownFilters = List.of();

    private final AtomicBoolean unjudgedTokenReported = new AtomicBoolean();

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

    /** The application's own filters after the logout filter, one of which may authenticate tokens. */
    void ownFilters(List<Filter> filters) {
        this.ownFilters = List.copyOf(filters);
    }

    /** What authenticates tokens here, in the order of the chain; the application's own filters where nothing else does. */
    List<Filter> tokenFilters() {
        List<Filter> filters = new ArrayList<>(2);
        if (bearerFilter != null) {
            filters.add(bearerFilter);
        }
        if (dpopFilter != null) {
            filters.add(dpopFilter);
        }
        return filters.isEmpty() ? ownFilters : filters;
    }

    /** Whether tokens can only be authenticated by filters of the application's own. */
    boolean hasOnlyOwnFilters() {
        return bearerFilter == null && dpopFilter == null && !ownFilters.isEmpty();
    }

    /** True the first time only. */
    boolean reportUnjudgedToken() {
        return unjudgedTokenReported.compareAndSet(false, true);
    }

    /** True the first time only. */
    boolean reportHiddenToken() {
        return hiddenTokenReported.compareAndSet(false, true);
    }
}
