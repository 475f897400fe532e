package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.redis.format.RedisKeys;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A tracked connection whose server has all keys. */
final class SingleServerContext implements CachingReads.Collaborators {

    private final RedisKeys keys;

    private final Function<String, CompletionStage<Boolean>> ordinary;

    /** @param ordinary asks in the ordinary way whether there is such a session */
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
    public void moved() {
        // Only a node of a cluster says so, and the log says that the URL must name it as one.
    }
}
