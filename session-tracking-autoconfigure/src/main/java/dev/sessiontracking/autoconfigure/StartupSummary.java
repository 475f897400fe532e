// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.spi.CachingReader.Status;
import dev.sessiontracking.spi.SessionStore.StoreDescription;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/** Logs one line after the start that describes session tracking in this application. */
record StartupSummary(SessionTracking tracking, ObjectProvider<FilterChains> protection)
        implements ApplicationListener<ApplicationReadyEvent> {

    private static final Logger log = LoggerFactory.getLogger(StartupSummary.class);

    private static final int MOST_CHAINS = 8;

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        FilterChains report = protection.getIfAvailable();
        List<FilterChains.Chain> chains = report == null ? null : report.chains();
        Thread thread = new Thread(() -> log.info(line(tracking.state(), chains)), "session-tracking-summary");
        thread.setDaemon(true);
        thread.start();
    }

    static String line(TrackingState state, @Nullable List<FilterChains.Chain> chains) {
        return "Session tracking is on"
                + (state.mode() == Mode.OBSERVE ? ", but rejects no token (session.tracking.mode=observe)" : "")
                + ": sessions are in " + store(state) + "; near cache "
                + nearCache(state.nearCache().status()) + "; outage policy "
                + state.outagePolicy().name().toLowerCase(Locale.ROOT).replace('_', '-')
                + (chains == null ? "" : "; " + protectedChains(chains));
    }

    private static String store(TrackingState state) {
        StoreDescription store = state.store();
        Outage outage = state.outage();
        String version = outage != null
                ? "which does not answer yet"
                : store.details().getOrDefault("version", "version unknown");
        if (store.equals(StoreDescription.UNKNOWN)) {
            return "a SessionStore of the application";
        }
        return store.address() + " (" + store.details().get("topology") + ", " + version + ")";
    }

    private static String nearCache(Status status) {
        return switch (status.phase()) {
            case ON -> "on";
            case STARTING -> "starting";
            case OFF -> "off (" + status.reason() + ")";
        };
    }

    private static String chain(FilterChains.Chain chain) {
        return chain.name() + " (" + chain.requests() + (chain.tokens().equals("none") ? "" : ", " + chain.tokens())
                + (chain.unverifiable().isEmpty() ? "" : ", not verifiable: " + String.join(", ", chain.unverifiable()))
                + ")";
    }

    private static String protectedChains(List<FilterChains.Chain> chains) {
        List<FilterChains.Chain> checked =
                chains.stream().filter(FilterChains.Chain::checked).toList();
        return "sessions are checked in " + checked.size() + " of " + chains.size()
                + (chains.size() == 1 ? " filter chain" : " filter chains")
                + checked.stream()
                        .limit(MOST_CHAINS)
                        .map(StartupSummary::chain)
                        .collect(Collectors.joining(", ", checked.isEmpty() ? "" : ": ", ""))
                + (checked.size() > MOST_CHAINS ? ", ..." : "");
    }
}
