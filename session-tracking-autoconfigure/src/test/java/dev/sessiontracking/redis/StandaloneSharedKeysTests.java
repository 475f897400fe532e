package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.testkit.RedisServerExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Indexes of another service on one server, for a user who may do no more than what the README lists. */
class StandaloneSharedKeysTests extends SharedKeysContractTests {

    @RegisterExtension
    static RedisServerExtension redis = new RedisServerExtension(LeastRights.serverArgs());

    @Override
    RedisConnector connect(RedisProperties properties) {
        String url = "redis://" + LeastRights.LOGIN + "@" + redis.server().host() + ":"
                + redis.server().port();
        return new RedisConnector(RedisUrl.parse(url), properties);
    }

    @Override
    @Nullable
    Object raw(String... words) {
        return redis.cli().command(words);
    }

    @AfterAll
    void nothingElseWasRefused() {
        assertThat(LeastRights.refusedBy(redis.cli())).isSubsetOf(LeastRights.OPTIONAL);
    }
}
