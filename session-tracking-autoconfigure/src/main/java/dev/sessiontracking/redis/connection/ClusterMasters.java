// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.redis.format.SlotTags;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.event.ClusterTopologyChangedEvent;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.event.EventBus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The masters of the cluster. Notifies listeners of changes. Thread-safe; reads take no lock. */
public final class ClusterMasters {

    private final Supplier<EventBus> events;

    private final List<Consumer<Change>> listeners = new ArrayList<>();

    private volatile Map<String, RedisClusterNode> masters = Map.of();

    private volatile @Nullable StatefulRedisClusterConnection<String, String> connection;

    /** @param events Lettuce's events about a changed topology */
    ClusterMasters(Supplier<EventBus> events) {
        this.events = events;
    }

    /** Starts to follow the topology of this connection. */
    void follow(StatefulRedisClusterConnection<String, String> made) {
        connection = made;
        events.get().get().ofType(ClusterTopologyChangedEvent.class).subscribe(changed -> changed(changed.after()));
        changed(made.getPartitions());
    }

    /** Adds a listener for changes and notifies it at once of the current masters. */
    public synchronized void listen(Consumer<Change> listener) {
        listeners.add(listener);
        if (!masters.isEmpty()) {
            listener.accept(new Change(masters, masters.keySet(), Set.of(), false));
        }
    }

    private synchronized void changed(Iterable<RedisClusterNode> nodes) {
        Map<String, RedisClusterNode> before = masters;
        Map<String, RedisClusterNode> after = StreamSupport.stream(nodes.spliterator(), false)
                .filter(node -> node.is(RedisClusterNode.NodeFlag.UPSTREAM) && !node.hasNoSlots())
                .collect(Collectors.toUnmodifiableMap(RedisClusterNode::getNodeId, Function.identity()));
        masters = after;
        Set<String> appeared =
                after.keySet().stream().filter(id -> !before.containsKey(id)).collect(Collectors.toUnmodifiableSet());
        Set<String> resharded = after.entrySet().stream()
                .filter(node -> {
                    RedisClusterNode known = before.get(node.getKey());
                    return known != null && !known.hasSameSlotsAs(node.getValue());
                })
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
        Change change = new Change(after, appeared, resharded, !before.isEmpty() && !appeared.isEmpty());
        listeners.forEach(listener -> listener.accept(change));
    }

    /** The master of a slot, or {@code null} if no master serves it or no connection was made yet. */
    @Nullable
    RedisClusterNode of(int slot) {
        StatefulRedisClusterConnection<String, String> current = connection;
        return current == null ? null : current.getPartitions().getMasterBySlot(slot);
    }

    /** The master of a key. */
    @Nullable
    public RedisClusterNode of(String key) {
        return of(SlotTags.slot(key));
    }

    /** A suffix that moves a key to this master; none for a master without slots. */
    public String tagOf(String nodeId) {
        RedisClusterNode master = masters.get(nodeId);
        return master == null || master.hasNoSlots()
                ? ""
                : SlotTags.of(master.getSlots().get(0));
    }

    Collection<RedisClusterNode> all() {
        return masters.values();
    }

    boolean contains(String nodeId) {
        return masters.containsKey(nodeId);
    }

    public static RedisAddress addressOf(RedisClusterNode node) {
        return new RedisAddress(node.getUri().getHost(), node.getUri().getPort());
    }

    /**
     * A change of the masters.
     *
     * @param masters the masters that serve slots now, by node id
     * @param appeared which of them served no slots before
     * @param resharded which of them serve other slots than before the change
     * @param isReplacement whether a master has replaced another one
     */
    public record Change(
            Map<String, RedisClusterNode> masters,
            Set<String> appeared,
            Set<String> resharded,
            boolean isReplacement) {}
}
