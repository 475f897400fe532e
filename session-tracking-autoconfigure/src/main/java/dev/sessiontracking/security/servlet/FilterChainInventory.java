// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.security.chain.ChainReports;
import dev.sessiontracking.security.chain.ChainTraits;
import dev.sessiontracking.security.chain.ChainTraits.Tokens;
import jakarta.servlet.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
        chains.forEach(chain -> ChainReports.log(
                chain,
                " of type DefaultSecurityFilterChain, which HttpSecurity.build() returns",
                "RequestToken.verified(request, claims)"));
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
                TrackingState.word(tokens),
                traits != null,
                traits == null && tokens != Tokens.NONE,
                filters.stream()
                        .filter(filter -> SessionFilterChains.isOwn(filter) && !SessionFilterChains.isOurs(filter))
                        .map(filter -> ChainReports.name(filter.getClass()))
                        .distinct()
                        .toList());
    }

    private static String requests(SecurityFilterChain chain) {
        return ChainReports.requests(
                chain instanceof DefaultSecurityFilterChain standard
                        ? String.valueOf(standard.getRequestMatcher())
                        : chain.getClass().getSimpleName());
    }
}
