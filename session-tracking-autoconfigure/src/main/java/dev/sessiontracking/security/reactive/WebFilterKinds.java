// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.chain.ChainTraits.Tokens;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.security.authentication.ObservationReactiveAuthenticationManager;
import org.springframework.security.authentication.ReactiveAuthenticationManagerResolver;
import org.springframework.security.oauth2.server.resource.authentication.JwtReactiveAuthenticationManager;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenReactiveAuthenticationManager;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.context.ReactorContextWebFilter;
import org.springframework.web.server.WebFilter;

/** What the filters of a chain are. Reads settings that have no getter. */
final class WebFilterKinds {

    private static final String SPRING = "org.springframework.";

    /** Spring Security's converters for passwords, certificates and one-time passwords. */
    private static final Pattern NO_TOKENS = Pattern.compile(
            "org\\.springframework\\..*\\.Server(FormLogin|HttpBasic|X509|OneTimeToken)AuthenticationConverter");

    static final String CONVERTER = "authenticationConverter";

    static final String SUCCESS_HANDLER = "authenticationSuccessHandler";

    static final String FAILURE_HANDLER = "authenticationFailureHandler";

    static final String ENTRY_POINT = "authenticationEntryPoint";

    static final String MANAGERS = "authenticationManagerResolver";

    static final String REPOSITORY = "securityContextRepository";

    static final String CONTEXTS = "repository";

    static final String DELEGATE = "delegate";

    private WebFilterKinds() {}

    /** How a chain authenticates tokens, according to its filters. */
    static Tokens tokens(List<WebFilter> filters) {
        return filters.stream()
                .filter(WebFilterKinds::isTokenFilter)
                .map(filter -> tokens((AuthenticationWebFilter) filter))
                .reduce((one, other) -> one == other ? one : Tokens.CUSTOM)
                .orElse(Tokens.NONE);
    }

    @SuppressWarnings("NullAway") // The lambda of Spring Security does not use the exchange.
    static Tokens tokens(AuthenticationWebFilter filter) {
        Object managers = Fields.read(filter, MANAGERS);
        // The lambda with which Spring Security wraps one manager. Any other resolver belongs to the application.
        if (managers instanceof ReactiveAuthenticationManagerResolver<?> resolver
                && managers.getClass().getName().startsWith(AuthenticationWebFilter.class.getName() + "$$")) {
            return tokens(resolver.resolve(null).toFuture().join());
        }
        return Tokens.CUSTOM;
    }

    private static Tokens tokens(@Nullable Object manager) {
        if (manager instanceof JwtReactiveAuthenticationManager) {
            return Tokens.JWT;
        }
        if (manager instanceof OpaqueTokenReactiveAuthenticationManager) {
            return Tokens.OPAQUE;
        }
        return manager instanceof ObservationReactiveAuthenticationManager
                ? tokens(Fields.read(manager, DELEGATE))
                : Tokens.CUSTOM;
    }

    static boolean isOurs(WebFilter filter) {
        return filter instanceof SessionOutageWebFilter || filter instanceof SessionCheckWebFilter;
    }

    /** Whether a filter authenticates tokens. */
    static boolean isTokenFilter(WebFilter filter) {
        if (!(filter instanceof AuthenticationWebFilter) || isOwn(filter)) {
            return filter instanceof AuthenticationWebFilter;
        }
        return filter.getClass() == AuthenticationWebFilter.class && hasTokenConverter(filter);
    }

    /** Any converter may find tokens, even one of Spring Security: it may contain another one of the application. */
    private static boolean hasTokenConverter(WebFilter filter) {
        Object converter = Fields.read(filter, CONVERTER);
        return converter != null
                && !NO_TOKENS.matcher(converter.getClass().getName()).matches();
    }

    /** A filter of the application. */
    static boolean isOwn(WebFilter filter) {
        return !isOurs(filter) && !filter.getClass().getName().startsWith(SPRING);
    }

    /**
     * Whether filters of the application may run outside of all chains. Filters of Spring Security do if the application
     * defines them as beans. Those of parent contexts run too.
     */
    static boolean haveOwn(ListableBeanFactory beans) {
        return Stream.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, WebFilter.class, true, false))
                .filter(name -> !name.startsWith("sessionTracking"))
                .map(beans::getType)
                .filter(type -> type != WebFilterChainProxy.class)
                .anyMatch(type -> type == null
                        || type.isInterface()
                        || !type.getName().startsWith(SPRING)
                        || type.getName().startsWith(SPRING + "security."));
    }

    /** Whether contexts come from a repository of the application, which may create them from tokens. */
    static boolean hasOwnContexts(WebFilter filter) {
        Object contexts = filter instanceof ReactorContextWebFilter ? Fields.read(filter, CONTEXTS) : null;
        return contexts != null && !contexts.getClass().getName().startsWith(SPRING);
    }
}
