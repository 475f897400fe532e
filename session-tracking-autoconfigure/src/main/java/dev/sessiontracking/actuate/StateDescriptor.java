// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.CachingReader.FeedState;
import dev.sessiontracking.spi.SessionStore.StoreDescription;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Named values for operators: the state in health and endpoint, details of audit events. Omits unknown ones; no secrets. */
final class StateDescriptor {

    private final Map<String, Object> details = new LinkedHashMap<>();

    static StateDescriptor off(String reason) {
        return new StateDescriptor().with("state", "off").with("reason", reason);
    }

    static StateDescriptor of(TrackingState state) {
        return new StateDescriptor()
                .with("state", word(state))
                .with("mode", words(state.mode()))
                .with("outagePolicy", words(state.outagePolicy()))
                .with("misconfiguration", state.misconfiguration())
                .with("outage", outage(state))
                .with("server", server(state.store()))
                .with("nearCache", nearCache(state.nearCache()))
                .with("revocationFeed", feed(state.feed()))
                .with("pendingRevocations", state.pendingRevocations())
                .with("rememberedRevocations", state.rememberedRevocations());
    }

    private static String word(TrackingState state) {
        if (state.misconfiguration() != null) {
            return "misconfigured";
        }
        return state.outage() == null ? "tracking" : "outage";
    }

    private static @Nullable Map<String, Object> outage(TrackingState state) {
        Outage outage = state.outage();
        if (outage == null) {
            return null;
        }
        List<String> parts = state.store().unavailableParts();
        return new StateDescriptor()
                .with("reason", outage.reason())
                .with("since", outage.since().toString())
                .with("onlyFor", parts.isEmpty() ? null : parts)
                .details;
    }

    private static Map<String, Object> server(StoreDescription store) {
        StateDescriptor descriptor = new StateDescriptor().with("url", store.address());
        descriptor.details.putAll(store.details());
        return descriptor.details;
    }

    private static Map<String, Object> nearCache(CachingReader.State cache) {
        Duration age = cache.leaseAge();
        return new StateDescriptor()
                .with("status", words(cache.status().phase()))
                .with("reason", cache.status().reason())
                .with("trusted", cache.fresh())
                .with("leaseAgeMillis", age == null ? null : age.toMillis())
                .with("size", cache.size())
                .details;
    }

    private static Map<String, Object> feed(FeedState feed) {
        Instant since = feed.behindSince();
        return new StateDescriptor()
                .with("status", words(feed.coverage()))
                .with("behindSince", since == null ? null : since.toString())
                .with("gaps", feed.gaps())
                .details;
    }

    StateDescriptor with(String name, @Nullable Object value) {
        if (value != null) {
            details.put(name, value);
        }
        return this;
    }

    Map<String, Object> asMap() {
        return details;
    }

    private static String words(Enum<?> constant) {
        return TrackingState.word(constant).replace('_', '-');
    }
}
