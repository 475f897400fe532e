// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.redis.format.RedisKeys;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The context of a tracked connection to a server with all keys. */
final class SingleServerContext implements CachingReads.Collaborators {

    private final RedisKeys keys;

    private final Function<String, CompletionStage<Boolean>> ordinary;

    /** @param ordinary looks a session up without caching the reply */
    SingleServerContext(RedisKeys keys, Function<String, CompletionStage<Boolean>> ordinary) {
        this.keys = keys;
        this.ordinary = ordinary;
    }

    @Override
    public String probeKey() {
        return keys.newProbe();
    }

    @Override
    public CompletionStage<Boolean> askElsewhere(String sessionId) {
        return ordinary.apply(sessionId);
    }

    @Override
    public boolean serves(String key) {
        return true;
    }

    @Override
    public void moved() {
        // Only a cluster node replies with a redirection. The log already asks for redis-cluster:// in the URL.
    }
}
