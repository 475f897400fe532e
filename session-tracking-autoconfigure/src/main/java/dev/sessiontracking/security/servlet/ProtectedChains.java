package dev.sessiontracking.security.servlet;

import dev.sessiontracking.core.ProtectionReport;
import jakarta.servlet.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.oauth2.server.resource.web.authentication.DPoPAuthenticationConverter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.logout.LogoutFilter;

/**
 * Knows which filter chains refuse revoked tokens, and warns of those that accept tokens and do not. Completes chains to
 * which an application has added a token filter that it made itself.
 */
final class ProtectedChains implements SmartInitializingSingleton, ProtectionReport {

    private static final Log LOG = LogFactory.getLog(ProtectedChains.class);

    private static final int MAX_SHOWN = 200;

    private final ObjectProvider<SecurityFilterChain> chains;

    private final ObjectProvider<FilterChainProxy> proxies;

    private volatile List<Finding> findings = List.of();

    ProtectedChains(ObjectProvider<SecurityFilterChain> chains, ObjectProvider<FilterChainProxy> proxies) {
        this.chains = chains;
        this.proxies = proxies;
    }

    /**
     * One chain.
     *
     * @param description which requests it is for
     * @param tokens how it authenticates bearer or DPoP tokens
     * @param guarded whether sessions are checked in it
     */
    record Finding(String description, Tokens tokens, boolean guarded) {

        boolean isOpenToRevokedTokens() {
            return tokens != Tokens.NONE && !guarded;
        }
    }

    /** How a chain authenticates tokens. */
    enum Tokens {
        /** It has no filter for them that we know of. */
        NONE,
        /** With Spring Security's own provider for JWTs. */
        JWT,
        /** In a way of which only the result can be seen. */
        OPAQUE_OR_CUSTOM
    }

    List<Finding> findings() {
        return findings;
    }

    @Override
    public List<Chain> chains() {
        return findings.stream()
                .map(finding -> new Chain(
                        finding.description(),
                        finding.tokens().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                        finding.guarded(),
                        finding.isOpenToRevokedTokens()))
                .toList();
    }

    @Override
    public void afterSingletonsInstantiated() {
        findings = all().stream().map(ProtectedChains::examine).toList();
        findings.stream()
                .filter(finding -> finding.guarded() && finding.tokens() == Tokens.OPAQUE_OR_CUSTOM)
                .forEach(
                        finding -> LOG.info("The filter chain for " + finding.description() + " takes opaque tokens, or"
                                + " JWTs in the application's own way. Of opaqueToken(), JWTs are checked whose issuer is"
                                + " in session.tracking.jwt.issuers; elsewhere a request whose Authentication does not"
                                + " carry the Jwt is refused"));
        findings.stream()
                .filter(Finding::isOpenToRevokedTokens)
                .forEach(finding -> LOG.warn("The filter chain for " + finding.description()
                        + " accepts tokens without checking their sessions: revoked tokens pass. Build it from the"
                        + " HttpSecurity bean, or apply the bean sessionTrackingHttpSecurityCustomizer to its"
                        + " HttpSecurity."));
    }

    private List<SecurityFilterChain> all() {
        Set<SecurityFilterChain> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<SecurityFilterChain> all = new ArrayList<>();
        proxies.stream()
                .flatMap(proxy -> proxy.getFilterChains().stream())
                .filter(seen::add)
                .forEach(all::add);
        chains.orderedStream().filter(seen::add).forEach(all::add);
        return all;
    }

    private static Finding examine(SecurityFilterChain chain) {
        SessionGuardFilter guard = first(chain, SessionGuardFilter.class, filter -> true);
        BearerTokenAuthenticationFilter bearer = first(chain, BearerTokenAuthenticationFilter.class, filter -> true);
        AuthenticationFilter dpop = first(
                chain,
                AuthenticationFilter.class,
                filter -> filter.getAuthenticationConverter() instanceof DPoPAuthenticationConverter);
        if (guard != null) {
            guard.adopt(bearer, dpop, ownFiltersAfterLogout(chain));
        }
        if (bearer == null && dpop == null) {
            return new Finding(describe(chain), Tokens.NONE, guard != null);
        }
        boolean jwt = guard != null && guard.isVerifyingJwts();
        return new Finding(describe(chain), jwt ? Tokens.JWT : Tokens.OPAQUE_OR_CUSTOM, guard != null);
    }

    /** Those that the application has added where tokens are authenticated; one of them may do it. */
    private static List<Filter> ownFiltersAfterLogout(SecurityFilterChain chain) {
        List<Filter> own = new ArrayList<>();
        boolean afterLogout = false;
        for (Filter filter : chain.getFilters()) {
            if (filter instanceof LastCheckFilter) {
                break;
            }
            if (afterLogout && isOwn(filter)) {
                own.add(filter);
            }
            afterLogout |= filter instanceof LogoutFilter;
        }
        return own;
    }

    /** A plain authentication filter is the application's: it made its converter and its manager. */
    private static boolean isOwn(Filter filter) {
        return filter.getClass() == AuthenticationFilter.class
                || !(filter instanceof SessionCheckFilter
                        || filter.getClass().getName().startsWith("org.springframework."));
    }

    private static <F extends Filter> @Nullable F first(SecurityFilterChain chain, Class<F> type, Predicate<F> which) {
        return chain.getFilters().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(which)
                .findFirst()
                .orElse(null);
    }

    private static String describe(SecurityFilterChain chain) {
        String text = chain instanceof DefaultSecurityFilterChain standard
                ? String.valueOf(standard.getRequestMatcher())
                : chain.getClass().getName();
        return text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
    }
}
