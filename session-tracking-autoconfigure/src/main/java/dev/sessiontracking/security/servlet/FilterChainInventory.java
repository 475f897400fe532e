// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.security.servlet.unusual.ChainTraits;
import dev.sessiontracking.security.servlet.unusual.ChainTraits.Tokens;
import jakarta.servlet.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;

/**
 * Lists the filter chains of the application after they are built. Logs at startup which chains are not checked, which
 * filters cannot be verified, and what to do.
 */
final class FilterChainInventory implements SmartInitializingSingleton, FilterChains {

    private static final Logger log = LoggerFactory.getLogger(FilterChainInventory.class);

    private static final int MAX_SHOWN = 200;

    private static final String LAMBDA = "$$Lambda";

    private final ListableBeanFactory beans;

    private final ObjectProvider<FilterChainProxy> proxies;

    private volatile List<Chain> chains = List.of();

    FilterChainInventory(ListableBeanFactory beans, ObjectProvider<FilterChainProxy> proxies) {
        this.beans = beans;
        this.proxies = proxies;
    }

    @Override
    public List<Chain> chains() {
        return chains;
    }

    @Override
    public void afterSingletonsInstantiated() {
        Map<String, SecurityFilterChain> named = beans.getBeansOfType(SecurityFilterChain.class);
        List<SecurityFilterChain> all = new ArrayList<>();
        proxies.stream()
                .flatMap(proxy -> proxy.getFilterChains().stream())
                .filter(chain -> !all.contains(chain))
                .forEach(all::add);
        named.values().stream().filter(chain -> !all.contains(chain)).forEach(all::add);
        chains = all.stream().map(chain -> examine(nameOf(chain, named), chain)).toList();
        chains.forEach(FilterChainInventory::report);
    }

    private static @Nullable String nameOf(SecurityFilterChain chain, Map<String, SecurityFilterChain> named) {
        return named.entrySet().stream()
                .filter(entry -> entry.getValue() == chain)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private static Chain examine(@Nullable String name, SecurityFilterChain chain) {
        List<Filter> filters = chain.getFilters();
        ChainTraits traits = filters.stream()
                .filter(SessionContextFilter.class::isInstance)
                .map(filter -> ((SessionContextFilter) filter).chain())
                .findFirst()
                .orElse(null);
        Tokens tokens = traits == null ? SessionFilterChains.tokens(filters) : traits.tokens();
        return new Chain(
                name == null ? "(no bean)" : name,
                requests(chain),
                tokens.name().toLowerCase(Locale.ROOT),
                traits != null,
                traits == null && tokens != Tokens.NONE,
                filters.stream()
                        .filter(filter -> SessionFilterChains.isOwn(filter) && !SessionFilterChains.isOurs(filter))
                        .map(filter -> name(filter.getClass()))
                        .distinct()
                        .toList());
    }

    private static void report(Chain chain) {
        if (chain.open()) {
            log.warn(
                    "The filter chain {} ({}) accepts tokens without checking their sessions. Revoked tokens"
                            + " are accepted. Declare the chain as a bean of type DefaultSecurityFilterChain, which"
                            + " HttpSecurity.build() returns.",
                    chain.name(),
                    chain.requests());
        } else if (chain.tokens().equals("custom") || chain.tokens().equals("opaque")) {
            log.info(
                    "The filter chain {} ({}) authenticates tokens in its own way. A JWT is checked if the"
                            + " Authentication contains the Jwt. With opaqueToken(), a JWT is checked if its issuer is"
                            + " in session.tracking.jwt.issuers. Opaque tokens, API keys and other credentials are not"
                            + " checked.",
                    chain.name(),
                    chain.requests());
        }
        if (chain.checked() && !chain.unverifiable().isEmpty()) {
            log.info(
                    "The filter chain {} ({}) has filters of the application: {}. Session tracking cannot see"
                            + " whether one of them authenticates tokens. If one does, call"
                            + " RequestToken.verified(request, claims) in it, or set an Authentication whose"
                            + " principal, credentials or details are the Jwt.",
                    chain.name(),
                    chain.requests(),
                    String.join(", ", chain.unverifiable()));
        }
    }

    private static String name(Class<?> type) {
        return type.isHidden() || type.getSimpleName().isEmpty()
                ? "a lambda or an anonymous class"
                : type.getSimpleName();
    }

    /** The requests of a chain, as its matcher describes them. */
    private static String requests(SecurityFilterChain chain) {
        String text = chain instanceof DefaultSecurityFilterChain standard
                ? String.valueOf(standard.getRequestMatcher())
                : chain.getClass().getSimpleName();
        if (text.contains(LAMBDA)) {
            return "requests chosen by code";
        }
        return text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
    }
}
