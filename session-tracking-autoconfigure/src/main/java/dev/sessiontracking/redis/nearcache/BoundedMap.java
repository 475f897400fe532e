// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A map that evicts entries beyond a maximum. An addition considers the oldest entries: one that was read since it was
 * considered last gets a second chance, and another one is evicted. So a flood of entries that nobody reads again evicts
 * none that is in use. Thread-safe; a read takes no lock and allocates nothing.
 */
final class BoundedMap<V> {

    /** Most second chances in one addition, so that none takes long. */
    private static final int MOST_CHANCES = 1_000;

    private final Map<String, Entry<V>> entries = new ConcurrentHashMap<>();

    /** Before the oldest entry and after the youngest one. */
    private final Entry<V> ends = new Entry<>("", null);

    private long maximum;

    BoundedMap(long maximum) {
        this.maximum = maximum;
    }

    synchronized long maximum() {
        return maximum;
    }

    /** Changes the maximum, and evicts what exceeds it. */
    synchronized void resize(long maximum) {
        this.maximum = maximum;
        evict();
    }

    int size() {
        return entries.size();
    }

    @Nullable
    V get(String key) {
        Entry<V> entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        if (!entry.isRead) {
            entry.isRead = true;
        }
        return entry.value;
    }

    synchronized void put(String key, V value) {
        Entry<V> entry = new Entry<>(key, value);
        Entry<V> replaced = entries.put(key, entry);
        if (replaced != null) {
            replaced.unlink();
        }
        entry.linkBefore(ends);
        evict();
    }

    /** Replaces a value; does nothing if there is none. */
    synchronized void replace(String key, V value) {
        if (entries.containsKey(key)) {
            put(key, value);
        }
    }

    /** Removes a value. */
    @Nullable
    V remove(String key) {
        return removeIf(key, value -> true);
    }

    /** Removes a value on a condition. */
    @Nullable
    V removeIf(String key, Predicate<@Nullable V> condition) {
        // Without the lock: most keys have no entry.
        return entries.containsKey(key) ? removeUnderLock(key, condition) : null;
    }

    private synchronized @Nullable V removeUnderLock(String key, Predicate<@Nullable V> condition) {
        Entry<V> entry = entries.get(key);
        if (entry == null || !condition.test(entry.value)) {
            return null;
        }
        entries.remove(key);
        entry.unlink();
        return entry.value;
    }

    synchronized void clear() {
        entries.clear();
        ends.previous = ends;
        ends.next = ends;
    }

    private void evict() {
        int chances = MOST_CHANCES;
        while (entries.size() > maximum) {
            Entry<V> oldest = ends.next;
            oldest.unlink();
            if (oldest.isRead && chances-- > 0) {
                oldest.isRead = false;
                oldest.linkBefore(ends);
            } else {
                entries.remove(oldest.key);
            }
        }
    }

    private static final class Entry<V> {

        private final String key;

        private final @Nullable V value;

        /** A lost update means that one entry is evicted too early or too late. */
        private boolean isRead;

        private Entry<V> previous = this;

        private Entry<V> next = this;

        Entry(String key, @Nullable V value) {
            this.key = key;
            this.value = value;
        }

        void linkBefore(Entry<V> follower) {
            previous = follower.previous;
            next = follower;
            previous.next = this;
            follower.previous = this;
        }

        void unlink() {
            previous.next = next;
            next.previous = previous;
        }
    }
}
