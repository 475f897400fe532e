// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.CachingReader.FeedState;
import dev.sessiontracking.spi.StoreDescription;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The state that the health details and the endpoint show. Omits unknown values and contains no secrets. */
final class StateDescriptor {

    private final Map<String, Object> details = new LinkedHashMap<>();

    private StateDescriptor() {}

    static StateDescriptor off(String reason) {
        StateDescriptor descriptor = new StateDescriptor();
        descriptor.put("state", "off");
        descriptor.put("reason", reason);
        return descriptor;
    }

    static StateDescriptor of(TrackingState state) {
        StateDescriptor descriptor = new StateDescriptor();
        descriptor.put("state", word(state));
        descriptor.put("mode", words(state.mode()));
        descriptor.put("outagePolicy", words(state.outagePolicy()));
        descriptor.put("misconfiguration", state.misconfiguration());
        descriptor.put("outage", outage(state));
        descriptor.put("server", server(state.store()));
        descriptor.put("nearCache", nearCache(state.nearCache()));
        descriptor.put("revocationFeed", feed(state.feed()));
        descriptor.put("pendingRevocations", state.pendingRevocations());
        descriptor.put("rememberedRevocations", state.rememberedRevocations());
        return descriptor;
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
        StateDescriptor descriptor = new StateDescriptor();
        descriptor.put("reason", outage.reason());
        descriptor.put("since", outage.since().toString());
        List<String> parts = state.store().unavailableParts();
        descriptor.put("onlyFor", parts.isEmpty() ? null : parts);
        return descriptor.details;
    }

    private static Map<String, Object> server(StoreDescription store) {
        StateDescriptor descriptor = new StateDescriptor();
        descriptor.put("url", store.address());
        descriptor.details.putAll(store.details());
        return descriptor.details;
    }

    private static Map<String, Object> nearCache(CachingReader.State cache) {
        Duration age = cache.leaseAge();
        StateDescriptor descriptor = new StateDescriptor();
        descriptor.put("status", words(cache.status().phase()));
        descriptor.put("reason", cache.status().reason());
        descriptor.put("trusted", cache.fresh());
        descriptor.put("leaseAgeMillis", age == null ? null : age.toMillis());
        descriptor.put("size", cache.size());
        return descriptor.details;
    }

    private static Map<String, Object> feed(FeedState feed) {
        StateDescriptor descriptor = new StateDescriptor();
        descriptor.put("status", words(feed.coverage()));
        descriptor.put(
                "behindSince",
                feed.behindSince() == null ? null : feed.behindSince().toString());
        descriptor.put("gaps", feed.gaps());
        return descriptor.details;
    }

    private void put(String name, @Nullable Object value) {
        if (value != null) {
            details.put(name, value);
        }
    }

    Map<String, Object> asMap() {
        return details;
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
