// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.security.chain.ChainReports;
import dev.sessiontracking.security.chain.ChainTraits.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.web.server.WebFilter;

/** Lists the filter chains of the application after they are built, and logs what is not checked. */
final class WebFilterChainInventory implements SmartInitializingSingleton, FilterChains {

    static final String CHAINS = "filters";

    private final ListableBeanFactory beans;

    private volatile List<Chain> chains = List.of();

    WebFilterChainInventory(ListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public List<Chain> chains() {
        return chains;
    }

    @Override
    public void afterSingletonsInstantiated() {
        Map<String, SecurityWebFilterChain> named = beans.getBeansOfType(SecurityWebFilterChain.class);
        List<Chain> all = new ArrayList<>();
        named.forEach((name, chain) -> all.add(examine(name, chain)));
        // A proxy that the application has built itself, with chains that are no beans.
        for (WebFilterChainProxy proxy :
                beans.getBeansOfType(WebFilterChainProxy.class).values()) {
            if (Fields.read(proxy, CHAINS) instanceof List<?> contained) {
                contained.stream()
                        .filter(chain -> !named.containsValue(chain))
                        .forEach(chain -> all.add(examine("(no bean)", (SecurityWebFilterChain) chain)));
            }
        }
        chains = List.copyOf(all);
        chains.forEach(chain ->
                ChainReports.log(chain, " of type SecurityWebFilterChain", "ExchangeToken.verified(exchange, claims)"));
    }

    private static Chain examine(String name, SecurityWebFilterChain chain) {
        List<WebFilter> filters = SessionWebFilterChains.filters(chain).stream()
                .flatMap(filter -> filter instanceof SessionCheckWebFilter check ? check.parts() : Stream.of(filter))
                .toList();
        boolean checked = filters.stream().anyMatch(SessionCheckWebFilter.class::isInstance);
        Tokens tokens = WebFilterKinds.tokens(filters);
        return new Chain(
                name,
                chain.toString(),
                TrackingState.word(tokens),
                checked,
                !checked && tokens != Tokens.NONE,
                filters.stream()
                        .filter(filter -> WebFilterKinds.isOwn(filter) || WebFilterKinds.hasOwnContexts(filter))
                        .map(filter -> ChainReports.name(filter.getClass()))
                        .distinct()
                        .toList());
    }
}
